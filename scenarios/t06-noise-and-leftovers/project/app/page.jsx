import { theme } from "@/lib/theme";

export default async function Home() {
  return <main className={await theme()}>Reading room</main>;
}
