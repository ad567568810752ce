export function GET() {
  return Response.json({ crates: 12 });
}
