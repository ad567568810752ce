import { readFileSync, writeFileSync } from "node:fs";
import { workerData } from "node:worker_threads";

const sides = JSON.parse(readFileSync("public/trains.json", "utf8"));
sides.push(workerData);
writeFileSync("public/trains.json", JSON.stringify(sides));
