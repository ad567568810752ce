import { mkdirSync, writeFileSync } from "node:fs";

const slots = Array.from({ length: 6 }, (_, i) => `${16 + i}:00`);

mkdirSync("src/generated", { recursive: true });
writeFileSync("src/generated/slots.ts", `export const slots = ${JSON.stringify(slots)};\n`);
