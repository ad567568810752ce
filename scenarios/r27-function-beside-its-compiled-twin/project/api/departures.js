export function GET() {
  const times = ["8:10", "12:40"];
  return Response.json(times);
}
