import { env } from "@/lib/env";

export function GET() {
  return Response.json({ host: new URL(env.DATABASE_URL).hostname, level: env.LOG_LEVEL });
}
