import { NextResponse, type NextRequest } from "next/server";
import { memberCookie } from "./src/lib/session";

export function middleware(request: NextRequest) {
  if (!request.cookies.has(memberCookie)) {
    return NextResponse.redirect(new URL("/login", request.url));
  }
  return NextResponse.next();
}

export const config = { matcher: "/admin/:path*" };
