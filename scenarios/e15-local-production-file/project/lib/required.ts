export function required(names: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = process.env[name];
    if (value === undefined) {
      throw new Error("the recipe source is not configured");
    }
    values[name] = value;
  }
  return values;
}
