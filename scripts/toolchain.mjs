// What `npm start` and `npm test` share. No dependencies, and runs on the host's Node (20 or newer):
// nothing is installed yet when this is read. docs/decisions/0001-toolchain.md says why it is so.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const NODE_MAJOR = 24;
/** How refuse-second.ts says that a portal is running. */
const HELD = 3;

/** Ends the run with one sentence instead of a stack. */
export class Refused extends Error {}

/**
 * Installs the locked dependencies.
 * @param {string} root the checkout
 * @returns {Promise<{ root: string, node: string, env: NodeJS.ProcessEnv }>} the Node that runs the product, and the environment for tools
 */
export async function install(root) {
  refuseUnwritable(root);
  refuseOldNode(manifest(root), process);
  const env = toolEnvironment(root);
  await step('Dependencies', async () => {
    const args = ['install', '--frozen-lockfile', '--prefer-offline'];
    return run('npx', [...pnpm(root), ...args], { cwd: root, env, quiet: true });
  });
  const bin = path.join(root, 'node_modules', '.bin');
  return {
    root,
    node: findNode(root),
    env: { ...env, PATH: `${bin}${path.delimiter}${process.env.PATH}` },
  };
}

/**
 * Refuses a start beside a running one before anything is installed or built, which would take the pages away
 * from under it. Where nothing is installed yet, nothing runs.
 * @param {string} root
 */
export function refuseSecond(root) {
  if (!fs.existsSync(path.join(root, 'apps/api/node_modules'))) return;
  const { status, stdout } = spawnSync(
    findNode(root),
    [...envFile(root), path.join(root, 'apps/api/src/refuse-second.ts')],
    { cwd: root, encoding: 'utf8', timeout: 10_000 },
  );
  if (status === HELD) throw new Refused(stdout.trim());
}

/**
 * How Node is told of the operator's settings, where there are any: of a file that is not there it would speak.
 * @param {string} root
 * @returns {string[]}
 */
export function envFile(root) {
  const file = path.join(root, '.env');
  return fs.existsSync(file) ? [`--env-file=${file}`] : [];
}

/**
 * Builds what is not built yet.
 * @param {{ root: string, env: NodeJS.ProcessEnv }} toolchain
 */
export async function build({ root, env }) {
  return run('npx', [...pnpm(root), 'exec', 'turbo', 'run', 'build'], {
    cwd: root,
    env,
    quiet: true,
  });
}

/**
 * How npx is told to run this repository's pnpm.
 * @param {string} root
 */
export function pnpm(root) {
  return ['--yes', manifest(root).packageManager.split('+')[0]];
}

/**
 * @param {string} root
 * @returns {{ packageManager: string, optionalDependencies: Record<string, string> }}
 */
function manifest(root) {
  return JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
}

/**
 * Says what is missing before anything is downloaded: a platform without a Node of ours needs a new one of its own.
 * @param {{ optionalDependencies: Record<string, string> }} manifest
 * @param {{ platform: string, arch: string, version: string }} host
 */
export function refuseOldNode({ optionalDependencies }, { platform, arch, version }) {
  if (`node-${platform}-${arch}` in optionalDependencies) return;
  if (Number(/\d+/.exec(version)?.[0]) >= NODE_MAJOR) return;
  throw new Refused(
    `No Node ${NODE_MAJOR} is shipped for ${platform} on ${arch}: install Node ${NODE_MAJOR} or newer (this is ${version}).`,
  );
}

/** @param {string} root */
function refuseUnwritable(root) {
  const places = ['.', 'node_modules', '.turbo', '.cache', 'apps/web/dist'];
  const closed = places.map((place) => path.join(root, place)).find((place) => !mayWrite(place));
  if (closed) {
    throw new Refused(
      `This account may not write ${closed}, which another account made: run as that account, or hand the folder over with chown -R.`,
    );
  }
}

/** @param {string} place */
function mayWrite(place) {
  try {
    fs.accessSync(place, fs.constants.W_OK);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

/**
 * The environment of the tools: quiet, telling nobody, and with caches in a place that can be written.
 * @param {string} root
 */
export function toolEnvironment(root) {
  const env = {
    ...process.env,
    CI: '1',
    DO_NOT_TRACK: '1',
    TURBO_TELEMETRY_DISABLED: '1',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_loglevel: 'error',
    npm_config_update_notifier: 'false',
  };
  // With it the tools that build would not be installed.
  delete env.NODE_ENV;
  const home = os.homedir();
  if (['.cache', '.local/share', '.npm'].every((name) => canMake(path.join(home, name))))
    return env;

  const cache = path.join(root, '.cache');
  const places = {
    HOME: path.join(cache, 'home'),
    XDG_CACHE_HOME: path.join(cache, 'xdg-cache'),
    XDG_CONFIG_HOME: path.join(cache, 'xdg-config'),
    XDG_DATA_HOME: path.join(cache, 'xdg-data'),
    XDG_STATE_HOME: path.join(cache, 'xdg-state'),
    npm_config_cache: path.join(cache, 'npm'),
    PNPM_HOME: path.join(cache, 'pnpm'),
  };
  for (const place of Object.values(places)) fs.mkdirSync(place, { recursive: true });
  return { ...env, ...places };
}

/** @param {string} directory */
function canMake(directory) {
  try {
    fs.mkdirSync(directory, { recursive: true });
    fs.accessSync(directory, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The installed Node, or the host's where none is shipped for the platform.
 * @param {string} root
 */
export function findNode(root) {
  const shipped = path.join(root, 'node_modules', '.bin', 'node');
  if (spawnSync(shipped, ['--version']).status === 0) return shipped;
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath;
  throw new Refused(
    `The Node ${NODE_MAJOR} that was installed does not run here: install Node ${NODE_MAJOR} or newer (this is ${process.version}).`,
  );
}

/**
 * One tidy line; what the tool said is shown when it fails.
 * @param {string} name
 * @param {() => Promise<{ code: number | string, output: string }>} work
 */
export async function step(name, work) {
  const startedAt = Date.now();
  process.stdout.write(`  ${name.padEnd(14)}`);
  const { code, output } = await work();
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(code === 0 ? `${seconds} s` : `failed after ${seconds} s`);
  if (code === 0) return;
  process.stderr.write(output);
  throw new Refused(`${name} failed (${code}); what the tool said is above.`);
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * Runs a command in a process group of its own, so that stopping it stops all that it started.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, quiet?: boolean }} options
 * @returns {Promise<{ code: number | string, output: string }>}
 */
export function run(command, args, { cwd, env, quiet = false }) {
  const isWindows = process.platform === 'win32';
  // What npm installs there are scripts of the shell's.
  const [file, ...rest] = isWindows ? [shellLine([command, ...args])] : [command, ...args];
  const child = spawn(file ?? command, rest, {
    cwd,
    env,
    detached: !isWindows,
    shell: isWindows,
    windowsHide: true,
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve) => {
    const end = (/** @type {number | string} */ code) => {
      running.delete(child);
      resolve({ code, output });
    };
    child.on('error', (error) => end(error.message));
    child.on('close', (code, signal) => end(code ?? signal ?? 'no exit code'));
  });
}

/**
 * A command as Windows' shell reads it. What it would read as its own is refused: it has no quotes for all of it.
 * @param {string[]} words
 */
export function shellLine(words) {
  const foreign = words.find((word) => /["%!^\r\n]/.test(word));
  if (foreign !== undefined) throw new Refused(`Windows’ shell cannot be given ${foreign}.`);
  return words.map((word) => (/^[\w@.:=+\\/-]+$/.test(word) ? word : `"${word}"`)).join(' ');
}

/**
 * Calls back when this run is to end: a signal, or the loss of the parent, since npm on SIGTERM kills only its shell.
 * Tools under way are ended. One Ctrl-C may arrive twice, from the terminal and from npm: those within half a second are one.
 * @param {(signal: NodeJS.Signals) => void} stop
 */
export function onStop(stop) {
  let lastAt = -Infinity;
  const ask = (/** @type {NodeJS.Signals} */ signal) => {
    if (performance.now() - lastAt < 500) return;
    lastAt = performance.now();
    for (const { pid } of running) if (pid) endGroup(pid);
    stop(signal);
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, ask);
  // Whoever started this with a channel has a word for it, which Windows needs.
  process.on('message', (message) => message === 'shutdown' && ask('SIGTERM'));
  process.channel?.unref();
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    ask('SIGTERM');
  }, 250);
  watch.unref();
}

/** @param {number} pid */
function endGroup(pid) {
  try {
    // Windows would end the shell alone.
    if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(pid), '/t', '/f']);
    else process.kill(-pid, 'SIGTERM');
  } catch {
    // It ended meanwhile.
  }
}

/**
 * Runs the command's main function; what goes wrong is one sentence.
 * @param {() => Promise<void>} main
 */
export async function asCommand(main) {
  // Whoever read our output may be gone.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
