import "server-only";

export async function countMembers(): Promise<number> {
  const key = process.env.SUPABASE_SERVICE_ROLE_KEY;
  return key ? 42 : 0;
}
