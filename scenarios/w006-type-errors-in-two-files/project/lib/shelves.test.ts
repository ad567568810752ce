import { free } from "./shelves";

export const expected: string = free({ name: "C", places: 4 }, 1);
