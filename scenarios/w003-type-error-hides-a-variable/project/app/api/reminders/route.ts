import { send } from "@/lib/mail";

export async function POST(request: Request) {
  const { to } = await request.json();
  await send(to);
  return Response.json({ sent: true });
}
