import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { Worker } from "node:worker_threads";

if (existsSync(".env.local")) {
  process.loadEnvFile(".env.local");
}
const station = process.env.STATION_NAME;
if (!station) {
  throw new Error("STATION_NAME is not set");
}

mkdirSync("public", { recursive: true });
writeFileSync("public/trains.json", "[]");
const writers = ["north", "south"].map((side) => new Worker("./writer.mjs", { workerData: side }));
await Promise.all(writers.map((writer) => once(writer, "exit")));

const sides = JSON.parse(readFileSync("public/trains.json", "utf8"));
if (sides.length !== 2) {
  throw new Error(`the timetable has ${sides.length} of 2 directions`);
}
writeFileSync("public/index.html", `<!doctype html><h1>${station}</h1><p>${sides.sort().join(", ")}</p>\n`);
