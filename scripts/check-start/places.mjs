// Where and as whom the portal is started: a clean clone each, and all of it removed afterwards.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from './portal.mjs';

const NOBODY = { uid: 65_534, gid: 65_534 };

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {boolean} needsRoot
 * @property {(root: string, base: string) => Promise<import('./portal.mjs').Place>} prepare
 */

/** @type {Record<string, Scenario>} */
export const scenarios = {
  plain: {
    name: process.getuid?.() === 0 ? 'as root' : 'as this account',
    needsRoot: false,
    prepare: async (root, base) => place(root, path.join(base, 'plain')),
  },
  unprivileged: {
    name: 'as an unprivileged account',
    needsRoot: true,
    prepare: async (root, base) => {
      const made = await place(root, path.join(base, 'unprivileged'));
      execFileSync('chown', ['-R', `${NOBODY.uid}:${NOBODY.gid}`, made.checkout, made.home]);
      return { ...made, account: NOBODY };
    },
  },
  closed: {
    name: 'under a closed parent folder',
    needsRoot: true,
    prepare: async (root, base) => {
      const parent = path.join(base, 'closed parent');
      fs.mkdirSync(parent, { mode: 0o700 });
      return place(root, parent);
    },
  },
  unwritable: {
    name: 'in a home that cannot be written',
    needsRoot: false,
    prepare: async (root, base) => {
      const made = await place(root, path.join(base, 'unwritable'));
      // What no permission stops root from doing, a file in the way does.
      if (process.getuid?.() !== 0) {
        fs.chmodSync(made.home, 0o555);
        return made;
      }
      execFileSync('chown', ['-R', `${NOBODY.uid}:${NOBODY.gid}`, made.checkout]);
      return { ...made, account: NOBODY };
    },
  },
};

/** A directory that every account may pass through. */
export function makeBase() {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-check-'));
  fs.chmodSync(base, 0o755);
  return base;
}

/**
 * What was made, and what the portal made elsewhere: under a closed parent its data lies in /var/lib.
 * @param {string} base
 * @param {string[]} checkouts
 */
export function removeAll(base, checkouts) {
  for (const checkout of checkouts) {
    const data = path.join(checkout, 'data', 'postgres');
    const target = fs.existsSync(data) ? path.dirname(fs.realpathSync(data)) : '';
    if (/^\/var\/lib\/cmp-\w+$/.test(target)) fs.rmSync(target, { recursive: true });
  }
  fs.rmSync(base, { recursive: true, force: true });
}

/**
 * @param {string} root
 * @param {string} directory
 */
async function place(root, directory) {
  const checkout = path.join(directory, 'portal');
  const home = path.join(directory, 'home');
  fs.mkdirSync(home, { recursive: true });
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, checkout]);
  return { checkout, home, port: await freePort() };
}
