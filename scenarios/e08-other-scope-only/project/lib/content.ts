export async function articles(): Promise<string[]> {
  const token = process.env.CONTENT_TOKEN;
  if (!token) {
    throw new Error("cannot list articles without CONTENT_TOKEN");
  }
  return [`First article, read with a token of ${token.length} characters`];
}
