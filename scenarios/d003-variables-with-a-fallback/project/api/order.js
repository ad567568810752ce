export function GET() {
  const sender = process.env.MAIL_SENDER ?? "orders@bookshop.example.com";
  return Response.json({ open: true, questions: sender });
}

export async function POST(request) {
  const order = await request.formData();
  const sender = process.env.MAIL_SENDER ?? "orders@bookshop.example.com";
  return Response.json({ title: order.get("title"), from: sender }, { status: 202 });
}
