// Lists what an image is made of, as JSON on standard output: packages of the distribution with
// the licences their own notices name, npm packages wherever they lie, and a checksum of all files.
'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

// Written anew by every start, every install or every clock.
const VOLATILE = new Set([
  '/proc', '/sys', '/dev', '/run', '/tmp', '/var/tmp', '/var/log', '/var/cache', '/var/lib/apt',
  '/var/lib/systemd', '/etc/hostname', '/etc/hosts', '/etc/resolv.conf', '/etc/mtab',
  '/etc/machine-id', '/.dockerenv',
]);
const npm = new Map();
const total = crypto.createHash('sha256');
let files = 0;

function packageAt(file) {
  try {
    const found = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (typeof found.name !== 'string' || typeof found.version !== 'string') return;
    const said = found.license ?? found.licenses;
    const one = (x) => (typeof x === 'string' ? x : x && typeof x.type === 'string' ? x.type : '');
    const licence = Array.isArray(said) ? said.map(one).filter(Boolean).join(' OR ') : one(said);
    npm.set(`${found.name}\0${found.version}`, { name: found.name, version: found.version, licence });
  } catch { /* no manifest of a package */ }
}

function contentOf(full, stat) {
  if (stat.isSymbolicLink()) return fs.readlinkSync(full);
  if (!stat.isFile()) return '';
  const hash = crypto.createHash('sha256');
  const handle = fs.openSync(full, 'r');
  const piece = Buffer.allocUnsafe(1 << 20);
  for (let n; (n = fs.readSync(handle, piece, 0, piece.length, null)) > 0;) hash.update(piece.subarray(0, n));
  fs.closeSync(handle);
  return hash.digest('hex');
}

function walk(folder) {
  for (const name of fs.readdirSync(folder).sort()) {
    const full = path.posix.join(folder, name);
    if (VOLATILE.has(full)) continue;
    const stat = fs.lstatSync(full);
    files += 1;
    total.update(`${full}\0${(stat.mode & 0o177777).toString(8)}\0${contentOf(full, stat)}\n`);
    if (stat.isDirectory()) walk(full);
    else if (name === 'package.json' && /\/node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(full)) packageAt(full);
  }
}

function lines(command, args) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  return done.status === 0 ? done.stdout.split('\n').filter(Boolean) : [];
}

// A notice names licences by fields or, in its older form, by the texts every system has.
function licencesOf(folder) {
  try {
    const text = fs.readFileSync(`/usr/share/doc/${folder}/copyright`, 'utf8');
    const fields = [...text.matchAll(/^License:[ \t]*(\S.*)$/gm)].map((m) => m[1].trim());
    const texts = [...text.matchAll(/\/usr\/share\/common-licenses\/([\w.+-]*\w)/g)].map((m) => m[1]);
    const said = fields.length ? fields : texts;
    if (said.length) return [...new Set(said)].slice(0, 12).join(' AND ');
    const plain = /\b(public domain|MIT|BSD|ISC|zlib)\b/i.exec(text);
    return plain ? plain[1] : 'see its copyright file';
  } catch { return ''; }
}

// Packages of one source share a notice, which only one of them may hold.
function noticeOf(name, siblings) {
  return [name, ...siblings].map((one) => licencesOf(one.split(':')[0])).find(Boolean) || '';
}

walk('/');
const rows = lines('dpkg-query', ['-W', '-f', '${Package}\t${Version}\t${source:Package}\n'])
  .map((row) => row.split('\t'));
const debian = rows.map(([name, version, source]) => {
  const siblings = rows.filter((row) => row[2] === source).map((row) => row[0]);
  return { name, version, licence: noticeOf(name, siblings) };
});
const rpm = lines('rpm', ['-qa', '--qf', '%{NAME}\t%{VERSION}-%{RELEASE}\t%{LICENSE}\n']).map((row) => {
  const [name, version, licence] = row.split('\t');
  return { name, version, licence };
});
process.stdout.write(JSON.stringify({ npm: [...npm.values()], deb: debian, rpm, content: total.digest('hex'), files }));
