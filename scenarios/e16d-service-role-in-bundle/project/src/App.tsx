import { useEffect, useState } from "react";
import { supabase } from "./supabase";

export function App() {
  const [count, setCount] = useState(0);

  useEffect(() => {
    void supabase
      .from("outings")
      .select("id")
      .then(({ data }) => setCount((data ?? []).length));
  }, []);

  return <p>{count} outings</p>;
}
