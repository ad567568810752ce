import type { Dish } from "./dish";

export const samples: Dish[] = [{ name: "Pea soup", cents: 990 }];
