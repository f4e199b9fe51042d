// Machines for rehearsals: a debootstrapped Debian that systemd-nspawn boots with a loopback of its own and no other
// network. What apt may install there was downloaded into the tree's cache when the tree was made.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refused } from '#scripts/toolchain.mjs';

/** The oldest Debian that the product runs on. */
const SUITE = 'bookworm';
/** What every Debian server has, and curl, which an operator needs to get anything. */
const INSTALLED = ['systemd', 'systemd-sysv', 'dbus', 'iproute2', 'ca-certificates', 'curl'];
const BOOT_MS = 300_000;
const HALT_MS = 120_000;
const cache = path.join(os.tmpdir(), 'cmp-test-install');

/**
 * @typedef {object} Machine
 * @property {string} name
 * @property {string} root the tree's folder on this machine
 * @property {number} leader its first process, as seen from here
 * @property {(command: string, options?: Execution) => Promise<Answer>} exec runs a bash command in it, as root
 * @property {(command: string[]) => import('node:child_process').ChildProcess} beside starts a program of this machine
 *   on the other's loopback; it is ended with the machine
 * @property {(file: string) => string} read
 * @property {(file: string, text: string, mode?: number) => void} write
 * @property {(file: string) => boolean} has
 * @property {() => Promise<void>} stop powers it off and removes its tree
 *
 * @typedef {{ code: number, output: string }} Answer what it said on both streams
 * @typedef {{ env?: Record<string, string>, input?: string, timeoutMs?: number }} Execution
 */

/** @type {Set<Machine>} */
const running = new Set();

/**
 * Boots a machine of its own. `packages`: what apt may install in it, beside what comes with them. `withNetwork` may
 * do before what needs this machine's: nothing but its command runs in the tree then.
 * @param {{ packages?: string[], withNetwork?: (exec: (command: string, env: Record<string, string>) => Promise<Answer>, root: string) => Promise<void> }} [options]
 * @returns {Promise<Machine>}
 */
export async function bootMachine({ packages = [], withNetwork } = {}) {
  const base = makeTree(packages);
  const root = fs.mkdtempSync(path.join(cache, 'machine-'));
  try {
    must('cp', ['-a', '--reflink=auto', `${base}/.`, root]);
    await withNetwork?.((command, env) => executeWithNetwork(root, command, env), root);
  } catch (error) {
    fs.rmSync(root, { recursive: true, force: true });
    throw error;
  }
  return boot(root);
}

/** Ends the machines that are still up, however the rehearsal ended. */
export async function stopMachines() {
  await Promise.all([...running].map((machine) => machine.stop()));
}

/** Says in one sentence what is missing to boot a machine. Installs nothing. */
export function refuseWithoutMachines() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Refused('The rehearsals boot Debian in systemd-nspawn: run them as root, on Linux.');
  for (const [program, name] of [
    ['systemd-nspawn', 'systemd-container'],
    ['debootstrap', 'debootstrap'],
  ])
    if (spawnSync(program, ['--version']).error)
      throw new Refused(`${program} is missing: run \`apt-get install ${name}\` as root.`);
}

/**
 * The tree that machines are copied from; made once, and kept between runs in a temporary folder.
 * @param {string[]} packages
 */
export function makeTree(packages) {
  const bare = kept('bare', (draft) => {
    console.log(`Making a Debian (${SUITE}); the next run finds it in ${cache}.`);
    must('debootstrap', ['--variant=minbase', `--include=${INSTALLED.join(',')}`, SUITE, draft]);
    fs.writeFileSync(path.join(draft, 'etc/hostname'), 'rehearsal\n');
    fs.writeFileSync(path.join(draft, 'etc/hosts'), '127.0.0.1 localhost rehearsal\n');
  });
  if (packages.length === 0) return bare;
  const key = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12);
  return kept(`with-${key}`, (draft) => {
    must('cp', ['-a', '--reflink=auto', `${bare}/.`, draft]);
    const apt = (/** @type {string[]} */ ...args) =>
      must('chroot', [draft, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-y', ...args]);
    apt('update');
    apt('install', '--download-only', ...packages);
  });
}

/**
 * @param {string} prefix of what was kept
 * @param {number} ageMs
 */
export function dropOlder(prefix, ageMs) {
  if (!fs.existsSync(cache)) return;
  for (const name of fs.readdirSync(cache).filter((entry) => entry.startsWith(prefix))) {
    const place = path.join(cache, name);
    // Another run may take it away meanwhile.
    const found = fs.statSync(place, { throwIfNoEntry: false });
    if (found && Date.now() - found.mtimeMs > ageMs)
      fs.rmSync(place, { recursive: true, force: true });
  }
}

/**
 * A folder that is made once, and kept between runs.
 * @param {string} name
 * @param {(draft: string) => void} make
 */
export function kept(name, make) {
  const tree = path.join(cache, name);
  if (fs.existsSync(tree)) return tree;
  fs.mkdirSync(cache, { recursive: true, mode: 0o700 });
  const draft = fs.mkdtempSync(path.join(cache, 'draft-'));
  try {
    fs.chmodSync(draft, 0o755);
    make(draft);
    // Two runs may have made one at once: the first wins.
    if (!fs.existsSync(tree)) fs.renameSync(draft, tree);
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
  return tree;
}

/**
 * @param {string} root
 * @returns {Promise<Machine>}
 */
async function boot(root) {
  const name = path.basename(root).replace('machine-', 'cmp-').toLowerCase();
  const log = fs.openSync(`${root}.log`, 'w');
  const arguments_ = [
    ...['--quiet', '--boot', '--register=no', '--keep-unit', '--private-network'],
    ...['--resolv-conf=off', '--link-journal=no', '--console=pipe'],
    ...[`--machine=${name}`, `--directory=${root}`],
  ];
  const nspawn = spawn('systemd-nspawn', arguments_, {
    stdio: ['ignore', log, log],
    detached: true,
  });
  const ended = new Promise((resolve) => nspawn.on('close', resolve));
  fs.closeSync(log);
  /** @type {import('node:child_process').ChildProcess[]} */
  const guests = [];

  /** @type {Machine} */
  const machine = {
    name,
    root,
    leader: 0,
    exec: (command, options) => execute(machine.leader, command, options),
    beside: ([program = '', ...rest]) => {
      const enter = ['-t', String(machine.leader), '-n', '--', program, ...rest];
      const guest = spawn('nsenter', enter, { stdio: ['ignore', 'pipe', 'inherit'] });
      guests.push(guest);
      return guest;
    },
    read: (file) => fs.readFileSync(path.join(root, file), 'utf8'),
    write: (file, text, mode = 0o644) => {
      fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      fs.writeFileSync(path.join(root, file), text, { mode });
    },
    has: (file) => fs.lstatSync(path.join(root, file), { throwIfNoEntry: false }) !== undefined,
    stop: async () => {
      running.delete(machine);
      for (const guest of guests) guest.kill();
      // Asked so, it powers the machine off in order.
      nspawn.kill('SIGTERM');
      const isOff = await Promise.race([ended.then(() => true), sleep(HALT_MS, false)]);
      if (!isOff) {
        if (machine.leader > 0) process.kill(machine.leader, 'SIGKILL');
        nspawn.kill('SIGKILL');
        await ended;
      }
      fs.rmSync(root, { recursive: true, force: true });
      fs.rmSync(`${root}.log`, { force: true });
      fs.rmSync(path.join(cache, `.#${path.basename(root)}.lck`), { force: true });
    },
  };
  running.add(machine);
  const isUp = await booted(machine, nspawn);
  if (isUp) return machine;
  const said = fs.readFileSync(`${root}.log`, 'utf8').trim().split('\n').slice(-3).join(' ');
  await machine.stop();
  const reason = said || `it was not up within ${BOOT_MS / 1000} s`;
  throw new Refused(`systemd-nspawn cannot boot a Debian on this machine: ${reason}`);
}

/**
 * @param {Machine} machine
 * @param {import('node:child_process').ChildProcess} nspawn
 */
async function booted(machine, nspawn) {
  const until = Date.now() + BOOT_MS;
  while (Date.now() < until && nspawn.exitCode === null) {
    // Each time: before the machine's first process there is a child that makes it, and is gone.
    machine.leader = childOf(nspawn.pid ?? 0) ?? 0;
    if (machine.leader > 0) {
      const { output } = await machine.exec('systemctl is-system-running');
      if (/^(running|degraded)$/m.test(output)) return true;
    }
    await sleep(200);
  }
  return false;
}

/** @param {number} pid */
function childOf(pid) {
  try {
    const [child] = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return Number(child) || undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} root
 * @param {string} command
 * @param {Record<string, string>} env
 */
function executeWithNetwork(root, command, env) {
  // Whoever vouches for the network on this machine does so in the tree.
  const vouched = '/etc/ssl/certs/ca-certificates.crt';
  const trust = { NODE_EXTRA_CA_CERTS: vouched, npm_config_cafile: vouched };
  const given = Object.entries({ ...trust, ...env }).map(
    ([key, value]) => `--setenv=${key}=${value}`,
  );
  const args = [
    '--quiet',
    '--register=no',
    '--keep-unit',
    '--pipe',
    '--resolv-conf=copy-host',
    `--bind-ro=${vouched}`,
  ];
  const place = [
    `--machine=net-${path.basename(root).slice(-6).toLowerCase()}`,
    `--directory=${root}`,
  ];
  return answerOf(
    spawn('systemd-nspawn', [...args, ...place, ...given, 'bash', '-c', command], {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: 900_000,
    }),
    '',
  );
}

/**
 * @param {number} leader
 * @param {string} command
 * @param {Execution} [options]
 * @returns {Promise<Answer>}
 */
function execute(leader, command, { env = {}, input = '', timeoutMs = 300_000 } = {}) {
  const surroundings = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LANG: 'C.UTF-8',
  };
  const pairs = Object.entries({ ...surroundings, ...env }).map(
    ([key, value]) => `${key}=${value}`,
  );
  const enter = ['-t', String(leader), '-a', '--', 'env', '-i', '-C', '/root', ...pairs];
  const child = spawn('nsenter', [...enter, 'bash', '-c', command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  return answerOf(child, input);
}

/**
 * @param {import('node:child_process').ChildProcessWithoutNullStreams} child
 * @param {string} input
 * @returns {Promise<Answer>}
 */
function answerOf(child, input) {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
  child.stdin.on('error', () => {}); // It may end without reading.
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function must(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status === 0) return;
  const said = `${stdout}${stderr}`.trim().split('\n').slice(-15).join('\n');
  throw new Refused(`${said}\n${program} failed (${status}).`);
}
