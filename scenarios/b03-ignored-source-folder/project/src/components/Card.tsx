import { cn } from "@/lib/utils";

export function Card({ title, value, quiet }: { title: string; value: string; quiet?: boolean }) {
  return (
    <section className={cn("card", quiet && "card-quiet")}>
      <h2>{title}</h2>
      <p>{value}</p>
    </section>
  );
}
