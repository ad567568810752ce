export function GET() {
  const times: string[] = ["8:10", "12:40"];
  return Response.json(times);
}
