import { clsx } from "clsx";

export default function Home() {
  return (
    <main className={clsx("mx-auto", "max-w-prose")}>
      <div>Hello world!</div>
    </main>
  );
}
