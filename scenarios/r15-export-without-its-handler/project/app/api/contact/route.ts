export async function POST(request: Request) {
  const data = await request.formData();
  console.log("message received", String(data.get("message")).length);
  return Response.json({ received: true });
}
