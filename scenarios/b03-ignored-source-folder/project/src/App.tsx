import { Card } from "@/components/Card";
import { cn } from "@/lib/utils";

export function App() {
  return (
    <main className={cn("grid", "gap-4")}>
      <Card title="Revenue" value="12 400" />
      <Card title="Orders" value="318" />
    </main>
  );
}
