export type Shelf = { name: string; places: number };

export const shelves: Shelf[] = [
  { name: "A", places: 12 },
  { name: "B", places: 8 },
];

export function free(shelf: Shelf, used: number): number {
  return `${shelf.places - used}`;
}
