export function GET(request: Request) {
  const id = new URL(request.url).pathname.split("/").pop();
  return Response.json({ id, place: "Ulm" });
}
