import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { finder } from "./find/finder.mjs";

const words = readFileSync("words.txt", "utf8").trim().split("\n");
mkdirSync("public", { recursive: true });
writeFileSync("public/finders.json", JSON.stringify(words.map((word) => finder(word).source)));
writeFileSync("public/index.html", `<!doctype html><p>${words.length} words</p>\n`);
