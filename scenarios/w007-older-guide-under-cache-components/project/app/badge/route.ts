export const runtime = "edge";

export async function GET(request: Request) {
  const text = new URL(request.url).searchParams.get("text") ?? "open";
  return new Response(`<svg xmlns="http://www.w3.org/2000/svg"><text>${text}</text></svg>`, {
    headers: { "content-type": "image/svg+xml" },
  });
}
