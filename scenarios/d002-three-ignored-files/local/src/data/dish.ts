export type Dish = { name: string; cents: number };
