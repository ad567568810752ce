import { useEffect, useState } from "react";
import { supabase } from "./supabase";

export function App() {
  const [names, setNames] = useState<string[]>([]);

  useEffect(() => {
    void supabase
      .from("guests")
      .select("name")
      .then(({ data }) => setNames((data ?? []).map((row) => String(row.name))));
  }, []);

  return (
    <main>
      <h1>Guestbook</h1>
      <ul>
        {names.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </main>
  );
}
