"use client";

import { useSearchParams } from "next/navigation";

export function SearchBar() {
  const term = useSearchParams().get("q") ?? "";

  return <input name="q" defaultValue={term} />;
}
