import { mkdirSync, writeFileSync } from "node:fs";
import { places } from "./catalogue/places.mjs";

mkdirSync("public", { recursive: true });
writeFileSync("public/index.html", `<!doctype html><p>Seeds from ${places.join(", ")}</p>\n`);
