'use strict';
// Runs one job: the platform's CLI, or a developer's own commands. The job file holds values of
// variables; it is removed before anything of the project runs.
const cp = require('child_process');
const fs = require('fs');
const path = require('path');

const job = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
fs.unlinkSync(process.argv[2]);
// The time of day may jump while a build runs; this clock does not.
const began = performance.now();
const HOOK = '/opt/verifier/hook.json';
const LOOK_MS = 1000;
const LEAST_BYTES = 512 * 1024 * 1024;
const LEAST_FILES = 20000;
const plainEnv = { PATH: process.env.PATH, HOME: '/vercel', LANG: 'C' };

function emit(event) {
  event.t = (performance.now() - began) / 1000;
  fs.writeSync(1, `\u001e${job.nonce} ${JSON.stringify(event)}\n`);
}

if (job.git) {
  const git = (...args) => cp.spawnSync('git', args, { cwd: job.root, env: plainEnv, stdio: 'ignore' });
  if (!fs.existsSync(path.join(job.root, '.git'))) git('init', '-q', '-b', job.git.branch);
  git('add', '-A');
  git('-c', 'user.name=author', '-c', 'user.email=author@example.com', '-c', 'commit.gpgsign=false',
    'commit', '-q', '--no-verify', '--allow-empty', '-m', job.git.message);
}

// The disk is the engine's and every run's: a run ends before others notice that it is full.
function watchDisk() {
  const look = () => { try { return fs.statfsSync('/'); } catch { return null; } };
  const first = look();
  if (!first) return;
  let free = first.bavail * first.bsize;
  setInterval(() => {
    const now = look();
    if (!now) return;
    const made = first.ffree - now.ffree;
    const left = now.bavail * now.bsize;
    if (left < LEAST_BYTES) emit({ event: 'disk', why: 'bytes' });
    else if (free - left > job.disk) {
      // Perhaps it was another run: the engine is asked to measure this one.
      free = left;
      emit({ event: 'disk', why: 'look' });
    } else if (now.files > 0 && (now.ffree < LEAST_FILES || made > job.files)) emit({ event: 'disk', why: 'files' });
  }, LOOK_MS).unref();
}

function run(argv, phase, env, cwd) {
  return new Promise((resolve) => {
    if (phase) emit({ event: 'start', phase, command: argv[0] === 'sh' ? argv[2] : argv.join(' '), cwd });
    const child = cp.spawn(argv[0], argv.slice(1), { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', (error) => { fs.writeSync(2, `${error.message}\n`); resolve(127); });
    child.once('exit', (code, signal) => {
      if (phase) emit({ event: 'end', phase, command: argv[0] === 'sh' ? argv[2] : argv.join(' '), cwd, code, signal });
      resolve(signal ? 128 + (require('os').constants.signals[signal] || 0) : code);
    });
  });
}

async function main() {
  emit({ event: 'began' });
  watchDisk();
  if (job.driver === 'platform') {
    fs.writeFileSync(HOOK, JSON.stringify(job.hook), { mode: 0o600 });
    return run([job.node, '--require', '/opt/verifier/hook.cjs', job.cli, ...job.args], null, job.env, job.root);
  }
  if (job.install && !job.hook.installed.some((i) => i.cwd === job.app && i.command === job.install)) {
    const code = await run(['sh', '-c', job.install], 'install', job.env, job.app);
    if (code !== 0) return code;
  }
  for (const folder of job.hook.trim || []) fs.rmSync(folder, { recursive: true, force: true });
  emit({ event: 'boundary' });
  while (job.hook.wait && !fs.existsSync(job.hook.go)) await new Promise((r) => setTimeout(r, 20));
  return run(['sh', '-c', job.build], 'build', job.buildEnv || job.env, job.app);
}

main().then((code) => process.exit(code), (error) => { console.error(error); process.exit(70); });
