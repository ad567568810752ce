import type { Dish } from "./dish";

export const dishes: Dish[] = [
  { name: "Salmon soup", cents: 1290 },
  { name: "Pea soup", cents: 990 },
];
