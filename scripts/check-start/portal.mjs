// `npm start` as a person runs it, watched from outside.
import { spawn } from 'node:child_process';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { allGone, processTree, signal } from './processes.mjs';

const READY_MS = 300_000;
const GONE_MS = 60_000;

/**
 * @typedef {object} Place
 * @property {string} checkout
 * @property {string} home
 * @property {number} port
 * @property {string} [dataDir]
 * @property {{ uid: number, gid: number }} [account]
 * @property {string} [command] what a shell is given instead of `npm start`
 */

/**
 * Runs `npm start` until it says that it is ready.
 * @param {Place} place
 */
export async function startPortal(place) {
  const startedAt = performance.now();
  // A process group of its own, as a terminal's foreground job has: what a Ctrl-C reaches.
  const npm = spawn('bash', ['-c', place.command ?? 'exec npm start'], {
    cwd: place.checkout,
    env: environment(place),
    ...place.account,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = npm;
  if (pid === undefined) throw new Error('npm could not be started');
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
  }
  let isOver = false;
  npm.on('exit', () => {
    isOver = true;
  });

  while (!output.includes('is ready.')) {
    if (isOver) throw new Error(`npm start ended before it was ready:\n${output}`);
    if (performance.now() - startedAt > READY_MS) {
      await endAll(processTree(pid));
      throw new Error(`npm start was not ready in ${READY_MS / 1000} s:\n${output}`);
    }
    await sleep(20);
  }
  const readyMs = Math.round(performance.now() - startedAt);
  await sleep(100);

  return {
    readyMs,
    origin: `http://localhost:${place.port}`,
    setupToken: /setup\?token=([\w-]+)/.exec(output)?.[1],
    output: () => output,
    tree: () => processTree(pid),
    /** SIGTERM to npm alone, as an init system or a container sends it. */
    terminate: () => stopped(place, processTree(pid), () => process.kill(pid, 'SIGTERM')),
    /** SIGINT to the whole process group, as a terminal sends it. */
    interrupt: () => stopped(place, processTree(pid), () => process.kill(-pid, 'SIGINT')),
  };
}
/** @typedef {Awaited<ReturnType<typeof startPortal>>} Portal */

/**
 * Runs `npm start` beside a portal that runs, until it ends by itself.
 * @param {Place} place
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export function startBeside(place) {
  const npm = spawn('npm', ['start'], {
    cwd: place.checkout,
    env: environment(place),
    ...place.account,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: GONE_MS,
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    npm.on('error', reject);
    npm.on('close', (code) => resolve({ code, output }));
  });
}

/** @param {import('./processes.mjs').Process[]} tree */
export async function endAll(tree) {
  for (const member of tree) signal(member, 'SIGKILL');
  await allGone(tree, GONE_MS);
}

/**
 * @param {Place} place
 * @param {import('./processes.mjs').Process[]} tree
 * @param {() => void} ask
 */
async function stopped(place, tree, ask) {
  const startedAt = performance.now();
  ask();
  if (!(await allGone(tree, GONE_MS))) {
    await endAll(tree);
    throw new Error(`not everything had ended after ${GONE_MS / 1000} s`);
  }
  if (!(await isFree(place.port))) throw new Error(`port ${place.port} is still taken`);
  return Math.round(performance.now() - startedAt);
}

/**
 * A stranger's environment: none of the caller's npm settings, a home of its own; whom the machine trusts stays.
 * @param {Place} place
 */
export function environment({ home, port, dataDir }) {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_|XDG_|PNPM_|NODE_(?!EXTRA_CA_CERTS)|TURBO_|CI$|DATABASE_|DB_|DATA_DIR$)/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    PORT: String(port),
    ...(dataDir && { DATA_DIR: dataDir }),
  };
}

/** @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === 'object' ? address.port : 0));
    });
  });
}

/** @param {number} port */
function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer().once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
