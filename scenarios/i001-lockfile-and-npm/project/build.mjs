import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { transform } from "lightningcss";

const { code } = transform({
  filename: "styles/site.css",
  code: readFileSync("styles/site.css"),
  minify: true,
});

mkdirSync("public", { recursive: true });
writeFileSync("public/site.css", code);
writeFileSync("public/index.html", readFileSync("index.html"));
