import type { ReactNode } from "react";
import { CartProvider } from "@/components/Cart";

export default function ShopLayout({ children }: { children: ReactNode }) {
  return <CartProvider>{children}</CartProvider>;
}
