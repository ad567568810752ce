export function GET() {
  return Response.json({ printer: process.env.PRINTER_URL ?? "none" });
}
