const { mkdirSync, writeFileSync } = require("node:fs");
const chalk = require("chalk");

const times = { Ada: 64.2, Bo: 61.8 };
mkdirSync("public", { recursive: true });
writeFileSync("public/index.html", `<pre>${JSON.stringify(times)}</pre>`);
console.log(chalk.green(`${Object.keys(times).length} swimmers`));
