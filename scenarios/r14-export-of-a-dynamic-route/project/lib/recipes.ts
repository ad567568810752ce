export async function loadRecipe(id: string): Promise<string> {
  return `Recipe ${id}`;
}
