export function GET() {
  return Response.json(["rye", "wheat", "spelt"]);
}
