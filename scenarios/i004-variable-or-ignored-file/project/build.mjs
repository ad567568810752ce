import { existsSync, mkdirSync, writeFileSync } from "node:fs";

if (existsSync(".env.local")) {
  process.loadEnvFile(".env.local");
}
const { harbour, season } = await import("./config/read.mjs");

mkdirSync("public", { recursive: true });
writeFileSync("public/index.html", `<!doctype html><h1>${harbour.toUpperCase()}</h1><p>${season} timetable</p>\n`);
