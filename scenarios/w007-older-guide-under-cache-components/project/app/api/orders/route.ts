import { openOrders } from "@/lib/orders";

export const dynamic = "force-dynamic";

export async function GET(request: Request) {
  const limit = Number(new URL(request.url).searchParams.get("limit") ?? 10);
  return Response.json((await openOrders()).slice(0, limit));
}
