#!/usr/bin/env node
// Shows that `npm start` works where scripts/check-start.mjs, which is for Linux, cannot look: it starts, serves, is used
// by the command line, and stops in order when it is told; twice. CI runs it on Windows and macOS.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const FIRST_MS = 10 * 60_000;
const SECOND_MS = 2 * 60_000;
const STOP_MS = 60_000;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-platform-'));
const port = await freePort();
const env = { ...process.env, DATA_DIR: dataDir, PORT: String(port), HOST: '127.0.0.1' };
const origin = `http://127.0.0.1:${port}`;

for (const [name, withinMs] of /** @type {const} */ ([
  ['first', FIRST_MS],
  ['second', SECOND_MS],
])) {
  const startedAt = Date.now();
  const { child, read } = start();
  await until(`the ${name} start`, withinMs, async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    return (await statusOf('/internal/ready')) === 200;
  }).catch((error) => fail(error, read()));
  console.log(`${name} start: ready after ${Date.now() - startedAt} ms`);
  if ((await statusOf('/')) !== 200) fail(new Error('there is no panel'), read());
  const said = command('migrate');
  if (said !== 'Nothing was missing.') fail(new Error(`cmp migrate said: ${said}`), read());

  child.send('shutdown');
  await until(`the ${name} stop`, STOP_MS, async () => child.exitCode !== null).catch((error) =>
    fail(error, read()),
  );
  if (child.exitCode !== 0 || !read().trimEnd().endsWith('Stopped.'))
    fail(new Error(`it ended with ${child.exitCode}`), read());
  console.log(`${name} stop: in order`);
}
fs.rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
process.exit(0);

function start() {
  const child = spawn(process.execPath, [path.join(root, 'scripts/start.mjs')], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
  return { child, read: () => output };
}

/** @param {string[]} words */
function command(...words) {
  const args = [path.join(root, 'scripts/cmp.mjs'), ...words];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`.trim();
}

/** @param {string} place */
async function statusOf(place) {
  try {
    const answer = await fetch(`${origin}${place}`, { signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

/**
 * @param {string} what
 * @param {number} withinMs
 * @param {() => Promise<boolean>} isSo
 */
async function until(what, withinMs, isSo) {
  const end = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`${what} took longer than ${withinMs / 1000} s`);
    await sleep(250);
  }
}

/**
 * @param {unknown} error
 * @param {string} output
 */
function fail(error, output) {
  console.error(
    `${output}\nNot as it should be: ${error instanceof Error ? error.message : error}`,
  );
  process.exit(1);
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
