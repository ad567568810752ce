import { shelves } from "@/lib/shelves";

export default function Home() {
  return <h1>{shelves.length} shelves</h1>;
}
