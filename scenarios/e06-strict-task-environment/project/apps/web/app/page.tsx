import { shopOrigin } from "@/lib/shop";

export default function Home() {
  return <a href={shopOrigin.href}>Open the shop</a>;
}
