export const dynamic = "force-static";

export function GET() {
  return Response.json({ opens: "8:00", closes: "17:00" });
}
