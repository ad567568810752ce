import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { page } from "./page.mjs";

const articles = JSON.parse(readFileSync("articles.json", "utf8"));
mkdirSync("public", { recursive: true });
for (const article of articles) {
  writeFileSync(`public/${article.slug}.html`, page(article));
}
writeFileSync("public/index.html", page({ slug: "index", title: "Gazette" }));
