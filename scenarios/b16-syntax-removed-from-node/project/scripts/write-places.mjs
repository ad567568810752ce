import { writeFileSync } from "node:fs";
import places from "./places.json" assert { type: "json" };

const lines = places.map((place) => `  "${place.name}, ${place.country}",`);
writeFileSync(
  new URL("../src/places.ts", import.meta.url),
  `export const places = [\n${lines.join("\n")}\n];\n`,
);
