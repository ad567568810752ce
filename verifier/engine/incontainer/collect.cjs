'use strict';
// Describes what a build left behind, as one bounded JSON text on stdout.
const cp = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const job = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
fs.unlinkSync(process.argv[2]);
const MAX_FILES = 20000;
const MAX_TEXT = 256 * 1024;
const MAX_SEARCHED = 8 * 1024 * 1024;
const MAX_HASHED = 64 * 1024 * 1024;
let hashable = 4 * 1024 * 1024 * 1024;

function readText(file, limit = MAX_TEXT) {
  try {
    const stat = fs.lstatSync(file);
    if (!stat.isFile() || stat.size > limit) return null;
    return fs.readFileSync(file, 'utf8');
  } catch { return null; }
}
const readJson = (file, limit) => { try { return JSON.parse(readText(file, limit)); } catch { return null; } };

function* walk(top, skip = () => false) {
  const stack = [top];
  while (stack.length) {
    const dir = stack.pop();
    let entries;
    try { entries = fs.readdirSync(dir, { withFileTypes: true }); } catch { continue; }
    for (const entry of entries) {
      const full = path.join(dir, entry.name);
      if (skip(full, entry)) continue;
      if (entry.isDirectory()) stack.push(full);
      else yield [full, entry];
    }
  }
}

const text = /\.(html?|js|mjs|cjs|css|json|txt|xml|svg|map|webmanifest|rsc)$/i;
const hits = {};
function search(file, shown) {
  const names = Object.entries(job.markers || {});
  if (!names.length || !text.test(file)) return;
  const body = readText(file, MAX_SEARCHED);
  if (body === null) return;
  for (const [name, value] of names) {
    if (value && (body.includes(value) || body.includes(encodeURI(value)))) {
      (hits[name] ||= []).length < 20 && hits[name].push(shown);
    }
  }
}

function filesBelow(top, prefix, searched, skip) {
  const list = [];
  let truncated = false;
  for (const [full, entry] of walk(top, skip)) {
    if (list.length >= MAX_FILES) { truncated = true; break; }
    if (!entry.isFile()) continue;
    const shown = prefix + path.relative(top, full);
    const size = fs.lstatSync(full).size;
    // Files with holes cost nothing to make and a lot to read.
    const read = size <= MAX_HASHED && (hashable -= size) >= 0;
    const sha256 = read ? crypto.createHash('sha256').update(fs.readFileSync(full)).digest('hex') : '';
    list.push({ path: shown, size_bytes: size, sha256 });
    if (searched(shown)) search(full, shown);
  }
  return [list, truncated];
}

function functionsBelow(top) {
  const list = [];
  for (const [full, entry] of walk(top)) {
    if (list.length >= 5000) break;
    if (entry.name !== '.vc-config.json') continue;
    const dir = path.dirname(full);
    const config = readJson(full, 16 * 1024 * 1024) || {};
    let size = 0;
    let files = 0;
    for (const [file] of walk(dir)) { try { size += fs.statSync(file).size; files += 1; } catch { /* dangling link */ } }
    for (const target of Object.values(config.filePathMap || {})) {
      try { size += fs.statSync(path.join(job.root, String(target))).size; files += 1; } catch { /* gone */ }
    }
    list.push({
      path: path.relative(top, dir), runtime: String(config.runtime || ''), size_bytes: size, files,
      max_duration_s: typeof config.maxDuration === 'number' ? config.maxDuration : null,
    });
  }
  return list;
}

// Directories of the application that this build put a page into: sources have one time, long ago.
function written() {
  const found = new Set();
  let count = 0;
  const skip = (full, entry) => (count += 1) > 20000
    || (entry.isDirectory() && (entry.name === 'node_modules' || entry.name.startsWith('.git')
      || entry.name === '.vercel' || path.relative(job.app, full).split(path.sep).length > 4));
  for (const [full, entry] of walk(job.app, skip)) {
    if (entry.name !== 'index.html' || !entry.isFile() || found.size >= 200) continue;
    const dir = path.relative(job.app, path.dirname(full));
    if (dir && fs.lstatSync(full).mtimeMs > job.sources_until * 1000) found.add(dir);
  }
  // Pages below another such directory belong to the same site.
  return [...found].filter((dir) => ![...found].some((top) => dir.startsWith(`${top}/`))).sort();
}

function platformOutput() {
  const top = path.join(job.root, '.vercel/output');
  // A link would make the output out of whatever it leads to.
  if (!fs.existsSync(top) || !fs.lstatSync(top).isDirectory()) return { present: false };
  const config = readJson(path.join(top, 'config.json'), 4 * 1024 * 1024) || {};
  const [files, truncated] = filesBelow(path.join(top, 'static'), 'static/', () => true);
  const fallback = filesBelow(path.join(top, 'functions'), 'functions/',
    (shown) => /prerender-fallback\.(html|rsc)$/.test(shown),
    (full, entry) => entry.isFile() && !/prerender-fallback\./.test(entry.name));
  const routes = Array.isArray(config.routes) ? config.routes : [];
  const overrides = {};
  for (const [name, value] of Object.entries(config.overrides || {}).slice(0, MAX_FILES)) {
    if (value && typeof value.path === 'string') overrides[name] = value.path;
  }
  return {
    overrides, present: true, directory: '.vercel/output', files: files.concat(fallback[0]), truncated,
    functions: functionsBelow(path.join(top, 'functions')),
    routes: routes.slice(0, 2100).map((r) => JSON.stringify(r).slice(0, 4000)), route_count: routes.length,
  };
}

function scriptOutput() {
  const next = path.join(job.app, '.next');
  if (fs.existsSync(path.join(next, 'BUILD_ID'))) {
    const [files, truncated] = filesBelow(path.join(next, 'static'), 'static/_next/static/', () => true);
    filesBelow(path.join(next, 'server'), 'server/', (shown) => /\.(html|rsc)$/.test(shown),
      (full, entry) => entry.isFile() && !/\.(html|rsc)$/.test(entry.name));
    const app = Object.values(readJson(path.join(next, 'app-path-routes-manifest.json')) || {});
    const pages = Object.keys(readJson(path.join(next, 'server/pages-manifest.json')) || {});
    const routes = [...new Set([...app, ...pages])].map(String).sort();
    return { present: true, directory: '.next', files, truncated, functions: [], routes, route_count: routes.length };
  }
  for (const name of job.outputs || []) {
    const top = path.join(job.app, name);
    if (!name || !fs.existsSync(top) || !fs.lstatSync(top).isDirectory()) continue;
    const [files, truncated] = filesBelow(top, 'static/', () => true);
    if (files.length) return { present: true, directory: name, files, truncated, functions: [], routes: [], route_count: 0 };
  }
  return { present: false };
}

function installed() {
  const found = {};
  let count = 0;
  const skip = (full, entry) => entry.isSymbolicLink();
  const roots = [job.root, job.app, ...(job.workspaces || []).map((w) => path.join(job.root, w))];
  for (const root of new Set(roots)) {
    const hidden = readJson(path.join(root, 'node_modules/.package-lock.json'), 32 * 1024 * 1024);
    const prefix = path.relative(job.root, root);
    if (hidden && hidden.packages) {
      for (const [key, value] of Object.entries(hidden.packages)) {
        if (value && value.version) found[path.join(prefix, key)] = String(value.version);
      }
      continue;
    }
    const stack = [path.join(root, 'node_modules')];
    while (stack.length && count < 60000) {
      const dir = stack.pop();
      let names;
      try { names = fs.readdirSync(dir, { withFileTypes: true }); } catch { continue; }
      for (const entry of names) {
        count += 1;
        if (skip(null, entry)) continue;
        const full = path.join(dir, entry.name);
        if (entry.name.startsWith('@') || entry.name === '.pnpm') { stack.push(full); continue; }
        if (dir.endsWith('/.pnpm')) { stack.push(path.join(full, 'node_modules')); continue; }
        if (entry.name.startsWith('.') || !entry.isDirectory()) continue;
        const manifest = readJson(path.join(full, 'package.json'), 1024 * 1024);
        if (manifest && manifest.version) found[path.relative(job.root, full)] = String(manifest.version);
        stack.push(path.join(full, 'node_modules'));
      }
    }
  }
  return found;
}

// The strings a shared object names other objects' symbol versions with: a small part of it.
function versionNames(fd) {
  const read = (at, size) => {
    const body = Buffer.alloc(Math.min(size, 64 * 1024 * 1024));
    return body.subarray(0, fs.readSync(fd, body, 0, body.length, at));
  };
  const head = read(0, 64);
  if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46) return null;
  if (head[4] !== 2 || head[5] !== 1) return '';
  const [size, count] = [head.readUInt16LE(58), head.readUInt16LE(60)];
  const table = read(Number(head.readBigUInt64LE(40)), size * count);
  const section = (n) => table.subarray(n * size, (n + 1) * size);
  for (let n = 0; size >= 64 && n < count && table.length >= (n + 1) * size; n += 1) {
    if (section(n).readUInt32LE(4) !== 0x6ffffffe) continue;
    const strings = section(section(n).readUInt32LE(40));
    if (strings.length < 64) return '';
    return read(Number(strings.readBigUInt64LE(24)), Number(strings.readBigUInt64LE(32))).toString('latin1');
  }
  return '';
}

// Native modules of this platform, by the newest GLIBC symbol version each asks for.
function nativeNeeds() {
  const found = {};
  let read = 0;
  for (const root of new Set([job.root, job.app])) {
    for (const [full, entry] of walk(path.join(root, 'node_modules'), (_, e) => e.isSymbolicLink())) {
      if (!/\.(node|so)(\.\d+)*$/.test(entry.name) || read > 200) continue;
      let names = null;
      try {
        const fd = fs.openSync(full, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
        try { names = versionNames(fd); } finally { fs.closeSync(fd); }
      } catch { /* unreadable or malformed */ }
      if (names === null) continue;
      read += 1;
      let newest = 0;
      for (const match of names.matchAll(/GLIBC_2\.(\d{1,3})(?![\d])/g)) {
        newest = Math.max(newest, Number(match[1]));
      }
      if (newest > 34) found[path.relative(job.root, full)] = `2.${newest}`;
    }
  }
  return found;
}

function memory() {
  const one = (file) => { const t = readText(file); return t === null ? null : t.trim(); };
  const peak = one('/sys/fs/cgroup/memory.peak') || one('/sys/fs/cgroup/memory/memory.max_usage_in_bytes');
  const events = one('/sys/fs/cgroup/memory.events') || one('/sys/fs/cgroup/memory/memory.oom_control') || '';
  const kills = /oom_kill (\d+)/.exec(events);
  return { peak: peak ? Number(peak) : null, oomKills: kills ? Number(kills[1]) : 0 };
}

function onPath(name) {
  for (const folder of String(job.path || '').split(':')) {
    try { return fs.realpathSync(path.join(folder, name)); } catch { /* the next one */ }
  }
  return null;
}

function said(command, args) {
  const env = { PATH: job.path, HOME: '/tmp', CI: '1' };
  const done = cp.spawnSync(command, args, { cwd: '/', env, timeout: 30000, encoding: 'utf8' });
  return String(done.stdout || '').split('\n')[0].trim();
}

// A manager written in JavaScript takes a good part of a second to say its own version.
function managerVersion() {
  const file = onPath(job.manager);
  if (!file) return '';
  for (let folder = path.dirname(file); folder !== '/'; folder = path.dirname(folder)) {
    const manifest = readJson(path.join(folder, 'package.json'));
    if (manifest && manifest.name) return manifest.name === job.manager ? String(manifest.version) : said(file, ['-v']);
  }
  return said(file, ['-v']);
}

// Every error of a type check that stopped at its first. The compiler is the project's own code,
// and nobody watches the disk any more: it may read, and neither write nor start anything.
function typeErrors() {
  if (!job.types) return '';
  for (let folder = job.app; folder.startsWith(job.root); folder = path.dirname(folder)) {
    const tsc = path.join(folder, 'node_modules/typescript/bin/tsc');
    if (!fs.existsSync(tsc)) continue;
    const args = ['--permission', '--allow-fs-read=*', tsc, '--noEmit', '--pretty', 'false', '--incremental', 'false'];
    const env = { PATH: job.path, HOME: '/tmp', CI: '1' };
    const options = { cwd: job.app, env, timeout: 120000, killSignal: 'SIGKILL', maxBuffer: 4 * 1024 * 1024 };
    return String(cp.spawnSync(process.execPath, args, options).stdout || '').slice(0, MAX_TEXT);
  }
  return '';
}

const used = memory();
const builds = readJson(path.join(job.root, '.vercel/output/builds.json'), 4 * 1024 * 1024);
const failure = builds && (builds.error || (builds.builds || []).map((b) => b.error).find(Boolean));
const collected = {};
for (const name of job.collect || []) {
  const body = readText(path.join('/opt/verifier/kept', name), 4 * 1024 * 1024)
    ?? readText(path.join(job.root, name), 4 * 1024 * 1024);
  if (body !== null) collected[name] = body;
}
process.stdout.write(JSON.stringify({
  builder_error: failure ? { code: String(failure.code || ''), message: String(failure.message || '').slice(0, 4000) } : null,
  output: job.driver === 'platform' ? { ...platformOutput(), written: failure ? written() : [] } : scriptOutput(),
  installed: installed(), collected, text_hits: hits, memory: used,
  native_needs: nativeNeeds(), node_version: said(onPath('node') || 'node', ['-v']), manager_version: managerVersion(),
  types: typeErrors(),
}));
