import { source } from "@/lib/source";

export default function Home() {
  return <p>Recipes come from {source().host}.</p>;
}
