import { NextResponse } from "next/server";
import { payments } from "@/lib/payments";

export async function POST(request: Request) {
  const session = await payments.checkout.sessions.create({
    mode: "payment",
    line_items: [{ price: "price_assam_tin", quantity: 1 }],
    success_url: new URL("/", request.url).href,
  });
  return NextResponse.redirect(session.url ?? new URL("/", request.url), 303);
}
