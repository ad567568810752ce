import { cookies } from "next/headers";

export async function theme() {
  try {
    const store = await cookies();
    return store.get("theme")?.value ?? "light";
  } catch (error) {
    console.error("the theme could not be read", error);
    return "light";
  }
}
