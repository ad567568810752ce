export async function loadExhibits(): Promise<string[]> {
  return ["Amphora", "Astrolabe", "Atlas"];
}
