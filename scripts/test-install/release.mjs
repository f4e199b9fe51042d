// The releases that the rehearsals install: built from this checkout's last commit, signed by a key of the run.
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Refused } from '#scripts/toolchain.mjs';
import { dropOlder, kept } from './machine.mjs';

/**
 * @typedef {object} Release
 * @property {string} folder where the file, SHA256SUMS, SHA256SUMS.sig and release.pub lie
 * @property {string} file
 * @property {string} name
 * @property {(folder: string) => void} sign signs the sums of a folder anew
 */

/** @type {Map<string, Release>} */
const made = new Map();

/**
 * One for each name; made at the first asking.
 * @param {string} root the checkout
 * @param {string} [name] the version it is to be; else what the builder calls it
 * @returns {Release}
 */
export function makeRelease(root, name) {
  const known = made.get(name ?? '');
  if (known) return known;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-release-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  fs.cpSync(build(root, name), folder, { recursive: true });

  const file = fs.readdirSync(folder).find((entry) => entry.endsWith('.tar.gz')) ?? '';
  const key = keyOfRun();
  fs.writeFileSync(path.join(folder, 'release.pub'), key.publicPem);
  const release = {
    folder,
    file,
    name: file.replace(/^cmp-(.*)-linux-.*$/, '$1'),
    sign: (/** @type {string} */ place) => {
      const sums = path.join(place, 'SHA256SUMS');
      fs.writeFileSync(`${sums}.sig`, sign(null, fs.readFileSync(sums), key.privateKey));
    },
  };
  release.sign(folder);
  made.set(name ?? '', release);
  return release;
}

/** @type {{ privateKey: import('node:crypto').KeyObject, publicPem: string } | undefined} */
let pair;

function keyOfRun() {
  if (pair) return pair;
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  pair = { privateKey, publicPem };
  return pair;
}

/**
 * The same commit gives the same bytes: what an earlier run built is taken again.
 * @param {string} root
 * @param {string | undefined} name
 */
function build(root, name) {
  dropOlder('release-', 60 * 60_000);
  const sha = spawnSync('git', ['-C', root, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  const title = `release-${sha.stdout.trim()}${name ? `-${name}` : ''}`;
  return kept(title, (draft) => {
    const builder = path.join(root, 'scripts/release/bundle.mjs');
    const args = [builder, '--tree', root, '--out', draft, ...(name ? ['--name', name] : [])];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Refused(`The release could not be built:\n${stdout}${stderr}`);
  });
}
