import { existsSync, readFileSync } from "node:fs";

const file = new URL("./site.json", import.meta.url);
const written = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};

export const harbour = process.env.HARBOUR ?? written.harbour;
export const season = process.env.SEASON ?? "winter";
