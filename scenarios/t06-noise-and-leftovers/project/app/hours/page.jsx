import { theme } from "@/lib/theme";

export default async function Hours() {
  return <main className={await theme()}>Open from nine to five</main>;
}
