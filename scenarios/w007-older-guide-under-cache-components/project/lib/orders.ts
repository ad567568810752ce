export async function openOrders(): Promise<string[]> {
  return ["chair", "table"];
}
