'use strict';
// Loaded into the platform CLI's own process (never into the project's processes).
// It reports which commands the builder starts, skips installs that a snapshot already holds,
// and waits at the boundary between install and build, where a snapshot can be taken.
const cp = require('child_process');
const fs = require('fs');
const path = require('path');

// Gone before anything of the project runs: whoever knows the nonce can write events of its own.
const HOOK = '/opt/verifier/hook.json';
let options = {};
if (fs.existsSync(HOOK)) {
  options = JSON.parse(fs.readFileSync(HOOK, 'utf8'));
  fs.unlinkSync(HOOK);
}

const MANAGERS = new Set(['npm', 'pnpm', 'yarn', 'bun', 'vlt']);
const INSTALL_WORDS = new Set(['install', 'i', 'ci', 'add']);
const began = performance.now();
let boundaryPassed = false;

function emit(event) {
  event.t = (performance.now() - began) / 1000;
  fs.writeSync(1, `\u001e${options.nonce} ${JSON.stringify(event)}\n`);
}

function phaseOf(command, args) {
  const name = path.basename(String(command));
  if (MANAGERS.has(name)) {
    if (args.some((a) => INSTALL_WORDS.has(a))) return 'install';
    if (name === 'yarn' && args.length === 0) return 'install';
    if (args[0] === 'run' || args[0] === 'run-script' || args[0] === 'exec') return 'build';
    return 'other';
  }
  if ((name === 'sh' || name === 'bash') && args[0] === '-c') {
    const wanted = (options.installCommand || '').trim();
    return wanted && String(args[1]).trim() === wanted ? 'install' : 'build';
  }
  return 'other';
}

function passBoundary() {
  if (boundaryPassed) return;
  boundaryPassed = true;
  for (const folder of options.trim || []) fs.rmSync(folder, { recursive: true, force: true });
  emit({ event: 'boundary' });
  if (!options.wait) return;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (!fs.existsSync(options.go)) Atomics.wait(cell, 0, 0, 20);
}

const spawn = cp.spawn;
cp.spawn = function hooked(command, args, opts) {
  const list = Array.isArray(args) ? args.map(String) : [];
  const settings = (Array.isArray(args) ? opts : args) || {};
  const phase = phaseOf(command, list);
  if (phase === 'other') return spawn.apply(this, arguments);
  const line = phase === 'build' || path.basename(String(command)) === 'sh'
    ? (list[0] === '-c' ? list[1] : [path.basename(String(command)), ...list].join(' '))
    : [path.basename(String(command)), ...list].join(' ');
  const cwd = String(settings.cwd || process.cwd());
  if (phase === 'install' && (options.installed || []).some((i) => i.cwd === cwd && i.command === line)) {
    emit({ event: 'skip', phase, command: line, cwd });
    return spawn.call(this, '/bin/true', [], { ...settings, shell: false });
  }
  if (phase === 'build') passBoundary();
  emit({ event: 'start', phase, command: line, cwd });
  const child = spawn.apply(this, arguments);
  child.once('exit', (code, signal) => emit({ event: 'end', phase, command: line, cwd, code, signal }));
  return child;
};
require('module').syncBuiltinESMExports();
