import { readFileSync, writeFileSync } from "node:fs";

const read = (name) => JSON.parse(readFileSync(`data/${name}.json`, "utf8"));

const months = read("months");
const moons = read("moons");
const tides = read("tides");

const days = months.flatMap((month, number) =>
  month.days.map((day) => ({ day, month: month.name, moon: moons[number], tide: tides[number] })),
);
writeFileSync("src/almanac.json", JSON.stringify(days));
