import { existsSync } from "node:fs";

if (existsSync(".env.local")) process.loadEnvFile(".env.local");

const site = process.env.GAZETTE_SITE;
const editor = process.env.GAZETTE_EDITOR ?? "the editors";

export function page({ slug, title }) {
  return `<!doctype html>
<link rel="canonical" href="${site}/gazette/${slug}.html">
<h1>${title}</h1>
<p>By ${editor}</p>
`;
}
