// The real product in a temporary directory, with the processes that can be killed in it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endAll, freePort } from '#scripts/check-start/portal.mjs';
import { allGone, findRole, processTree, signal } from '#scripts/check-start/processes.mjs';
import { openProxy } from './proxy.mjs';

const START_MS = 120_000;
const AGAIN_MS = 300;

/** @typedef {'API' | 'worker' | 'PostgreSQL' | 'supervisor'} Victim */
/** Where the long work is done: in the API process, or in a worker of its own. @typedef {'together' | 'apart'} Place */

/**
 * Starts the supervisor on an empty data directory, and answers when it is ready.
 * @param {string} root
 * @param {Place} place
 */
export async function startProduct(root, place) {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-faults-'));
  const port = await freePort();
  const proxy = await openProxy(port);
  const known = /** @type {Map<string, import('#scripts/check-start/processes.mjs').Process>} */ (
    new Map()
  );
  let output = '';
  let isStopping = false;

  /**
   * @param {string} entry
   * @param {NodeJS.ProcessEnv} environment
   */
  const start = (entry, environment) => {
    const child = spawn(
      path.join(root, 'node_modules/.bin/node'),
      [path.join(root, 'apps/api/src', entry)],
      {
        cwd: root,
        env: { ...process.env, DATA_DIR: dataDir, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk) => {
        output += chunk;
      });
    return child;
  };
  const startSupervisor = async () => {
    const from = output.length;
    const child = start('supervise.ts', {
      ...{ PORT: String(port), HOST: '127.0.0.1', WORK: place === 'together' ? 'on' : 'off' },
    });
    for (const startedAt = Date.now(); !output.includes('is ready.', from); await sleep(20)) {
      if (child.exitCode === null && Date.now() - startedAt < START_MS) continue;
      throw new Error(`the product did not start:\n${output.slice(from)}`);
    }
    await sleep(100);
    return child;
  };
  // As a service manager keeps it.
  const keepWorker = () => {
    const child = start('worker.ts', {});
    running.worker = child;
    child.once('exit', () => {
      if (!isStopping) setTimeout(() => isStopping || keepWorker(), AGAIN_MS);
    });
  };
  /** All that came from here, so that nothing is left of it whoever its parent is by now. */
  const look = () => {
    const tree = [running.supervisor, running.worker].flatMap((child) =>
      child?.pid === undefined ? [] : processTree(child.pid),
    );
    for (const member of tree) known.set(`${member.pid} ${member.identity}`, member);
    return tree;
  };
  const end = async () => {
    isStopping = true;
    look();
    await endAll([...known.values()]);
    proxy.close();
    fs.rmSync(dataDir, { recursive: true, force: true });
  };

  const running = {
    supervisor: /** @type {import('node:child_process').ChildProcess | undefined} */ (undefined),
    worker: /** @type {import('node:child_process').ChildProcess | undefined} */ (undefined),
  };
  try {
    running.supervisor = await startSupervisor();
    if (place === 'apart') keepWorker();
  } catch (error) {
    await end();
    throw error;
  }
  return {
    proxy,
    origin: `http://127.0.0.1:${proxy.port}`,
    setupToken: /setup\?token=([\w-]+)/.exec(output)?.[1],
    uploads: path.join(dataDir, 'uploads'),
    output: () => output,
    /** @param {Victim} role */
    find: (role) => findRole(look(), role),
    kill: signal,
    /** What nothing of the product starts again by itself. @param {Victim} victim */
    restore: async (victim) => {
      if (victim === 'supervisor') running.supervisor = await startSupervisor();
    },
    /** As the superuser: to see the moment of a kill, and to hold one. */
    connect: () => connect(root, dataDir),
    stop: async () => {
      isStopping = true;
      const tree = look();
      running.worker?.kill('SIGTERM');
      running.supervisor?.kill('SIGTERM');
      await allGone(tree, 60_000);
      await end();
    },
  };
}
/** @typedef {Awaited<ReturnType<typeof startProduct>>} Product */

/**
 * @param {string} root
 * @param {string} dataDir
 */
async function connect(root, dataDir) {
  const { Client } = createRequire(path.join(root, 'apps/api/package.json'))('pg');
  const { port, superuserPassword } = credentialsIn(dataDir);
  const client = new Client({
    ...{ host: '127.0.0.1', port, database: 'cmp', user: 'postgres' },
    password: superuserPassword,
  });
  // It dies with the server that a round kills.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** @param {string} dataDir */
function credentialsIn(dataDir) {
  return JSON.parse(fs.readFileSync(path.join(dataDir, 'keys', 'database.json'), 'utf8'));
}
