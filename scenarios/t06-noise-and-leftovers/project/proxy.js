import { NextResponse } from "next/server";

export function proxy(request) {
  if (request.cookies.has("member")) return NextResponse.next();
  return NextResponse.redirect(new URL("/", request.url));
}

export const config = { matcher: "/members/:path*" };
