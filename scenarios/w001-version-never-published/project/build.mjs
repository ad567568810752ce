import { mkdirSync, writeFileSync } from "node:fs";
import { clsx } from "clsx";

const rows = [
  { name: "Assam", price: 12, sale: true },
  { name: "Darjeeling", price: 18, sale: false },
];
const items = rows.map((row) => `<li class="${clsx("row", row.sale && "sale")}">${row.name}</li>`);

mkdirSync("public", { recursive: true });
writeFileSync("public/index.html", `<!doctype html><title>Prices</title><ul>${items.join("")}</ul>\n`);
