import { z } from "zod";

const filled = (value: unknown) => (value === "" ? undefined : value);

const schema = z.object({
  DATABASE_URL: z.preprocess(filled, z.string({ required_error: "is missing" }).url()),
  LOG_LEVEL: z.preprocess(filled, z.enum(["debug", "info", "warn"]).default("info")),
});

export const env = schema.parse(process.env);
