import { loadRecipe } from "@/lib/recipes";

export default async function Recipe({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <h1>{await loadRecipe(id)}</h1>;
}
