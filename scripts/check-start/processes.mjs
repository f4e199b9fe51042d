// The processes that a started portal consists of, read from /proc: nothing else is ever signalled.
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const ROLES = {
  'start script': /start\.mjs/,
  supervisor: /supervise\.ts/,
  worker: /src\/worker\.ts/,
  API: /src\/main\.ts/,
  PostgreSQL: /bin\/postgres\0-D/,
};
/** @typedef {keyof typeof ROLES} Role */
/** @typedef {{ pid: number, identity: string, command: string }} Process */

/**
 * A process and all that came from it.
 * @param {number} pid
 * @returns {Process[]}
 */
export function processTree(pid) {
  const parents = new Map(
    fs
      .readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), statOf(Number(name))?.parent]),
  );
  const childrenOf = (/** @type {number} */ parent) =>
    [...parents].filter(([, of]) => of === parent).map(([child]) => child);
  const below = (/** @type {number} */ parent) => [parent, ...childrenOf(parent).flatMap(below)];
  return below(pid).flatMap((member) => describe(member) ?? []);
}

/**
 * @param {Process[]} tree
 * @param {Role} role
 */
export function findRole(tree, role) {
  // PostgreSQL's own children carry other titles, npm's shell repeats the script's name: the last is the one.
  const found = tree.findLast(({ command }) => ROLES[role].test(command));
  if (!found) throw new Error(`no ${role} is running`);
  return found;
}

/** @param {Process} process */
export function isAlive({ pid, identity }) {
  return statOf(pid)?.identity === identity;
}

/**
 * @param {Process[]} processes
 * @param {number} withinMs
 */
export async function allGone(processes, withinMs) {
  const until = Date.now() + withinMs;
  while (processes.some(isAlive)) {
    if (Date.now() > until) return false;
    await sleep(50);
  }
  return true;
}

/**
 * @param {Process} victim
 * @param {NodeJS.Signals} signal
 */
export function signal(victim, signal) {
  if (isAlive(victim)) process.kill(victim.pid, signal);
}

/**
 * @param {number} pid
 * @returns {Process | undefined}
 */
function describe(pid) {
  const stat = statOf(pid);
  if (!stat) return undefined;
  try {
    const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return { pid, identity: stat.identity, command };
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function statOf(pid) {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : { parent: Number(parent), identity: `${rest[17]}` };
  } catch {
    return undefined;
  }
}
