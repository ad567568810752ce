import { mkdirSync, writeFileSync } from "node:fs";
import { pickPort } from "./port.mjs";

const harbours = ["Hanko", "Kotka", "Vaasa"];
const port = pickPort();
if (port % 2 === 1) {
  throw new Error(`port ${port} is already in use by the preview of another build`);
}

mkdirSync("public", { recursive: true });
writeFileSync("public/index.html", `<!doctype html><ul>${harbours.map((h) => `<li>${h}</li>`).join("")}</ul>\n`);
