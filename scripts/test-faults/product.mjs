// The real product in a temporary directory, with the two processes that can be killed in it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endAll, freePort } from '#check-start/portal.mjs';
import { findRole, processTree, signal } from '#check-start/processes.mjs';

const START_MS = 120_000;

/**
 * Starts the supervisor on an empty data directory, and answers when it is ready.
 * @param {string} root
 */
export async function startProduct(root) {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-faults-'));
  const port = await freePort();
  const node = path.join(root, 'node_modules', '.bin', 'node');
  const supervisor = spawn(node, [path.join(root, 'apps/api/src/supervise.ts')], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir, PORT: String(port), HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(supervisor, 'exit');
  const { pid } = supervisor;
  if (pid === undefined) throw new Error('the supervisor could not be started');
  let output = '';
  for (const stream of [supervisor.stdout, supervisor.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
  }
  const end = async () => {
    await endAll(processTree(pid));
    fs.rmSync(dataDir, { recursive: true, force: true });
  };

  const setupToken = () => /setup\?token=([\w-]+)/.exec(output)?.[1];
  for (const startedAt = Date.now(); !setupToken(); await sleep(50)) {
    if (supervisor.exitCode === null && Date.now() - startedAt < START_MS) continue;
    await end();
    throw new Error(`the product did not start:\n${output}`);
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    setupToken: setupToken(),
    uploads: path.join(dataDir, 'uploads'),
    output: () => output,
    /** @param {Victim} role */
    find: (role) => findRole(processTree(pid), role),
    kill: signal,
    /** As the superuser: to see the moment of a kill, and to hold one. */
    connect: () => connect(root, dataDir),
    stop: async () => {
      supervisor.kill('SIGTERM');
      await Promise.race([exited, sleep(60_000, undefined, { ref: false })]);
      await end();
    },
  };
}
/** @typedef {Awaited<ReturnType<typeof startProduct>>} Product */
/** @typedef {'API' | 'PostgreSQL'} Victim */

/**
 * @param {string} root
 * @param {string} dataDir
 */
async function connect(root, dataDir) {
  const { Client } = createRequire(path.join(root, 'apps/api/package.json'))('pg');
  const file = path.join(dataDir, 'keys', 'database.json');
  const { port, superuserPassword } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const client = new Client({
    ...{ host: '127.0.0.1', port, database: 'cmp', user: 'postgres' },
    password: superuserPassword,
  });
  // It dies with the server that a round kills.
  client.on('error', () => {});
  await client.connect();
  return client;
}
