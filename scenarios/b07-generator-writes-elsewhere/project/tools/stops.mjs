import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const output = "src/generated";
const stops = readFileSync("data/stops.txt", "utf8").trim().split("\n");
mkdirSync(output, { recursive: true });
writeFileSync(`${output}/stops.js`, `export const stops = ${JSON.stringify(stops)};\n`);
