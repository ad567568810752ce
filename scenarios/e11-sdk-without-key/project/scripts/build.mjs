import { mkdirSync, readdirSync, writeFileSync } from "node:fs";

try {
  process.loadEnvFile(".env.local");
} catch {
  // only a laptop has the file
}

const routes = [];
for (const file of readdirSync("handlers")) {
  const { title } = await import(`../handlers/${file}`);
  routes.push(`<li>${title}</li>`);
}
mkdirSync("public", { recursive: true });
writeFileSync("public/index.html", `<ul>${routes.join("")}</ul>`);
