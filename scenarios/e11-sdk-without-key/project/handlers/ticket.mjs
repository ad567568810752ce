import { Resend } from "resend";

const mail = new Resend();

export const title = "Tickets";

export async function POST(request) {
  const { text } = await request.json();
  await mail.emails.send({ from: "desk@example.com", to: "staff@example.com", subject: "Ticket", text });
  return new Response(null, { status: 201 });
}
