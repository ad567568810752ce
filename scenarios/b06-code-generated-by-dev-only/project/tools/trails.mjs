import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const [, ...rows] = readFileSync("data/trails.csv", "utf8").trim().split("\n");
const trails = rows.map((row) => {
  const [name, km] = row.split(",");
  return { name, km: Number(km) };
});
mkdirSync("src/generated", { recursive: true });
writeFileSync("src/generated/trails.js", `export const trails = ${JSON.stringify(trails)};\n`);
