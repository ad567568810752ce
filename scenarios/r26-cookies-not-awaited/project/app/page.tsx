import { cookies } from "next/headers";

export default function Home() {
  const theme = cookies().get("theme")?.value ?? "light";

  return <h1 className={theme}>Reading room</h1>;
}
