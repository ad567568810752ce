import { env } from "@/env.mjs";

export function GET() {
  return Response.json({ database: new URL(env.DATABASE_URL).hostname });
}
