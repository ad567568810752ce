import { createEnv } from "@t3-oss/env-nextjs";
import { z } from "zod";

export const env = createEnv({
  server: {
    DATABASE_URL: z.string().url(),
    AUTH_SECRET: z.string().min(32),
    MAIL_FROM: z.string().email().optional(),
  },
  client: {},
  experimental__runtimeEnv: {},
});
