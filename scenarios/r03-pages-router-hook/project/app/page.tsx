import { NewNote } from "@/components/NewNote";

export default function Home() {
  return (
    <main>
      <h1>Notes</h1>
      <NewNote />
    </main>
  );
}
