// Fetches the pinned packages and lays them out below OUT as the image has them below "/".
// Usage: node fetch-toolchain.mjs PINS OUT [seed]
// With "seed" only Node 24 and its npm come; a second run with that npm then fetches the rest.
// A package whose checksum differs from its pin stops the build: nothing unpinned enters the image.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const [pinsFile, out, part] = process.argv.slice(2);
const seed = ["node24", "npm-of-node24"];
const pins = JSON.parse(fs.readFileSync(pinsFile, "utf8"));
const downloads = fs.mkdtempSync("/tmp/toolchain-");

// Two names must not share one file name, hence one folder per package and version.
const fetched = new Map();
function fetchPackage({ name, version, integrity }) {
  const spec = `${name}@${version}`;
  if (fetched.has(spec)) return fetched.get(spec);
  const folder = fs.mkdtempSync(path.join(downloads, "pack-"));
  const report = JSON.parse(
    execFileSync("npm", ["pack", spec, "--json", "--pack-destination", folder], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      maxBuffer: 1 << 28,
    }),
  )[0];
  if (report.integrity !== integrity) {
    throw new Error(`${spec}: checksum ${report.integrity} is not the pinned ${integrity}`);
  }
  const archive = path.join(folder, fs.readdirSync(folder)[0]);
  fetched.set(spec, archive);
  return archive;
}

function unpack(archive, target) {
  fs.mkdirSync(target, { recursive: true });
  execFileSync("tar", ["-xzf", archive, "-C", target, "--strip-components=1", "--no-same-owner"]);
}

function link(from, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.rmSync(to, { force: true });
  fs.symlinkSync(path.relative(path.dirname(to), from), to);
  if (fs.existsSync(from)) fs.chmodSync(from, 0o755);
}

// A Node distribution offers the commands of npm and `corepack`, not the shims corepack carries.
const nodeCommands = ["npm", "npx", "corepack"];

function linkBins(packageFolder, binFolder, wanted = () => true) {
  const manifest = JSON.parse(fs.readFileSync(path.join(packageFolder, "package.json"), "utf8"));
  const bins =
    typeof manifest.bin === "string"
      ? { [manifest.name.split("/").pop()]: manifest.bin }
      : (manifest.bin ?? {});
  for (const [name, file] of Object.entries(bins).filter(([name]) => wanted(name))) {
    link(path.join(packageFolder, file), path.join(binFolder, name));
  }
}

const installed = {};
for (const tool of pins.tools) {
  const pinned = tool.packages.any ?? tool.packages[process.arch];
  if (!pinned) throw new Error(`${tool.id} has no package for ${process.arch}`);
  installed[tool.id] = pinned.version;
  if (seed.includes(tool.id) !== (part === "seed")) continue;
  const archive = fetchPackage(pinned);
  const place = path.join(out, tool.place);
  switch (tool.kind) {
    case "node":
      unpack(archive, place);
      for (const extra of ["share", "README.md", "CHANGELOG.md"]) {
        fs.rmSync(path.join(place, extra), { recursive: true, force: true });
      }
      // OpenSSL's headers come once per platform; only Linux on the two machines is of use here.
      for (const flavour of fs.readdirSync(path.join(place, "include/node/openssl/archs"))) {
        if (!["linux-x86_64", "linux-aarch64"].includes(flavour)) {
          fs.rmSync(path.join(place, "include/node/openssl/archs", flavour), { recursive: true });
        }
      }
      fs.chmodSync(path.join(place, "bin/node"), 0o755);
      break;
    case "node-module": {
      const folder = path.join(place, "lib/node_modules", pinned.name);
      unpack(archive, folder);
      linkBins(folder, path.join(place, "bin"), (name) => nodeCommands.includes(name));
      break;
    }
    case "module": {
      const folder = path.join(place, "node_modules", pinned.name);
      unpack(archive, folder);
      if (tool.setup) {
        execFileSync(path.join(out, "node24/bin/node"), [tool.setup], {
          cwd: folder,
          stdio: "inherit",
          env: { ...process.env, npm_lifecycle_event: "preinstall" },
        });
      }
      linkBins(folder, path.join(place, "node_modules/.bin"));
      break;
    }
    case "binary":
      unpack(archive, path.join(downloads, tool.id));
      fs.mkdirSync(place, { recursive: true });
      for (const [name, file] of Object.entries(tool.links)) {
        const first = Object.keys(tool.links)[0];
        if (name === first) {
          fs.copyFileSync(path.join(downloads, tool.id, file), path.join(place, name));
          fs.chmodSync(path.join(place, name), 0o755);
        } else {
          link(path.join(place, first), path.join(place, name));
        }
      }
      break;
    default:
      throw new Error(`${tool.id}: unknown kind ${tool.kind}`);
  }
  console.log(`${tool.id} ${pinned.version}`);
}
fs.rmSync(downloads, { recursive: true });
if (part === "seed") process.exit(0);

// The header files of each Node are already here; node-gyp looks for them in its cache and would
// otherwise download them.
for (const tool of pins.tools.filter((t) => t.kind === "node")) {
  const version = installed[tool.id];
  const headers = path.join(out, "vercel/.cache/node-gyp", version);
  fs.mkdirSync(headers, { recursive: true });
  fs.symlinkSync(path.join(tool.place, "include"), path.join(headers, "include"));
  fs.writeFileSync(path.join(headers, "installVersion"), "11\n");
}

const localNode = path.join(out, "opt/verifier/local-node");
for (const major of ["22", "24"]) fs.symlinkSync(`/node${major}`, path.join(localNode, major));

installed.vercel = pins.cli.version;
fs.writeFileSync(
  path.join(out, "opt/verifier/toolchain.json"),
  JSON.stringify({ machine: process.arch, versions: installed }, null, 2) + "\n",
);
