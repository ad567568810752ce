import { NextResponse } from "next/server";
import { supabase } from "@/lib/supabase";

export async function POST(request: Request) {
  const event = (await request.json()) as { email?: string };
  const { error } = await supabase.from("subscribers").insert({ email: event.email });
  return NextResponse.json({ stored: error === null });
}
