export function GET() {
  return Response.json(["Ulm", "Trier"]);
}
