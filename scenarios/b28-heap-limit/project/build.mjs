import { mkdirSync, writeFileSync } from "node:fs";
import colours from "picocolors";

// Every pair of syllables, with the places where it occurs.
const index = [];
for (let number = 0; number < 3_000_000; number += 1) {
  index.push({ pair: number.toString(36), places: [number, number + 1] });
}
mkdirSync("public", { recursive: true });
writeFileSync("public/index.html", `<p>${index.length} pairs</p>`);
console.log(colours.green(`${index.length} pairs`));
