"use client";

import { useRouter } from "next/router";

export function NewNote() {
  const router = useRouter();

  return <button onClick={() => router.push("/notes/new")}>New note</button>;
}
