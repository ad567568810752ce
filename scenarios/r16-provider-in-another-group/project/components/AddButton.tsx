"use client";

import { useCart } from "@/components/Cart";

export function AddButton({ item }: { item: string }) {
  const { add } = useCart();

  return <button onClick={() => add(item)}>Add {item}</button>;
}
