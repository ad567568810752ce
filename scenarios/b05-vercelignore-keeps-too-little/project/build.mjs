import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import escape from "escape-html";

mkdirSync("public", { recursive: true });
const posts = readdirSync("content").map((name) => readFileSync(`content/${name}`, "utf8"));
writeFileSync("public/index.html", `<main>${posts.map(escape).join("<hr>")}</main>`);
