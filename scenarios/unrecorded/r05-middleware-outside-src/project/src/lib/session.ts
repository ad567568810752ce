export const memberCookie = "member";
