import { z } from 'zod';

export const env = z
  .object({ RESEND_API_KEY: z.string().min(5), SITE_URL: z.string().url() })
  .parse(process.env);
