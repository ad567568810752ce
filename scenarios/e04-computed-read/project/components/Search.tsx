"use client";

import { useState } from "react";
import { required } from "@/lib/env";

const { NEXT_PUBLIC_SEARCH_INDEX } = process.env;

export function Search() {
  const [titles, setTitles] = useState<string[]>([]);

  async function search(form: FormData) {
    const host = required("NEXT_PUBLIC_SEARCH_HOST");
    const words = encodeURIComponent(String(form.get("words")));
    const answer = await fetch(`https://${host}/${NEXT_PUBLIC_SEARCH_INDEX}?q=${words}`);
    setTitles(await answer.json());
  }

  return (
    <form action={search}>
      <input name="words" />
      <button>Search</button>
      <ul>
        {titles.map((title) => (
          <li key={title}>{title}</li>
        ))}
      </ul>
    </form>
  );
}
