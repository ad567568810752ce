import { useEffect, useState } from "react";
import { supabase } from "@/integrations/supabase/client";
export default function Dashboard() {
  const [rows, setRows] = useState<any[]>([]);
  useEffect(() => { supabase.from("projects").select("*").then(({ data }) => setRows(data ?? [])); }, []);
  return <ul>{rows.map((r) => <li key={r.id}>{r.name}</li>)}</ul>;
}
