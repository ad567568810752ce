import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import dayjs from "dayjs";

const concerts = JSON.parse(readFileSync("concerts.json", "utf8"));
const venue = process.env.VENUE ?? "To be announced";
const rows = concerts.map(({ day, band }) => `<li>${dayjs(day).format("D MMMM")}: ${band}</li>`);

mkdirSync("public", { recursive: true });
writeFileSync("public/index.html", `<!doctype html><title>${venue}</title><ul>${rows.join("")}</ul>\n`);
