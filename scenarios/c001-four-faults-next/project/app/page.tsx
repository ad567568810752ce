import { StockLevel } from "@/components/StockLevel";

export default function Home() {
  return (
    <main>
      <h1>Tea Shop</h1>
      <StockLevel tea="assam" />
      <form action="/api/checkout" method="post">
        <button>Buy a tin</button>
      </form>
    </main>
  );
}
