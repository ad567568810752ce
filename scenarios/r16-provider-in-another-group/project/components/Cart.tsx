"use client";

import { createContext, useContext, useState, type ReactNode } from "react";

type Cart = { items: string[]; add: (item: string) => void };

const CartContext = createContext<Cart | null>(null);

export function CartProvider({ children }: { children: ReactNode }) {
  const [items, setItems] = useState<string[]>([]);
  const add = (item: string) => setItems([...items, item]);

  return <CartContext.Provider value={{ items, add }}>{children}</CartContext.Provider>;
}

export function useCart(): Cart {
  const cart = useContext(CartContext);
  if (!cart) {
    throw new Error("useCart must be used within a CartProvider");
  }
  return cart;
}
