// Releases for the rehearsals of updates: of an older commit, and altered ones that a real one could have become.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeSums } from '#scripts/release/archive.mjs';
import { Refused } from '#scripts/toolchain.mjs';

/**
 * The release that a commit would have become, had there been a builder then.
 * @param {string} root the checkout whose builder is used
 * @param {string} commit
 * @param {string} out
 * @returns {string} its file
 */
export function releaseOf(root, commit, out) {
  const tree = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-older-'));
  try {
    must('git', ['clone', '--quiet', '--shared', '--no-checkout', root, tree]);
    must('git', ['-C', tree, 'checkout', '--quiet', '--detach', commit]);
    const builder = path.join(root, 'scripts/release/bundle.mjs');
    must(process.execPath, [builder, '--tree', tree, '--out', out]);
  } finally {
    fs.rmSync(tree, { recursive: true, force: true });
  }
  return fs.readdirSync(out).find((file) => file.endsWith('.tar.gz')) ?? '';
}

/**
 * A release with something of its own in it, made from another.
 * @param {string} base that other one, unpacked
 * @param {string} name what the new one is called
 * @param {string} out
 * @param {Record<string, (text: string) => string>} alterations by the place of a file, whose text they are given
 * @returns {string} its file
 */
export function alteredRelease(base, name, out, alterations) {
  const top = path.join(path.dirname(base), `cmp-${name}`);
  const file = `cmp-${name}-linux-${process.arch}.tar.gz`;
  try {
    // Links, which an altered file no longer is: a whole copy would take longer than all the rest.
    must('cp', ['-al', base, top]);
    const gitSha = Buffer.from(name).toString('hex').padEnd(40, '0');
    const named = (/** @type {string} */ text) =>
      JSON.stringify({ ...JSON.parse(text), name, version: name, gitSha }, null, 2);
    for (const [place, alter] of Object.entries({ 'RELEASE.json': named, ...alterations })) {
      const altered = path.join(top, place);
      const text = fs.existsSync(altered) ? fs.readFileSync(altered, 'utf8') : '';
      fs.rmSync(altered, { force: true });
      fs.writeFileSync(altered, alter(text));
    }
    fs.mkdirSync(out, { recursive: true });
    must('tar', ['-cf', `${top}.tar`, '-C', path.dirname(top), path.basename(top)]);
    // Nobody downloads it: not to compress it saves most of the time.
    fs.writeFileSync(path.join(out, file), gzipSync(fs.readFileSync(`${top}.tar`), { level: 0 }));
    writeSums(out, name);
  } finally {
    fs.rmSync(top, { recursive: true, force: true });
    fs.rmSync(`${top}.tar`, { force: true });
  }
  return file;
}

/**
 * @param {string} bundle
 * @returns {string} the folder it was unpacked into, in one that is the caller's to remove
 */
export function unpacked(bundle) {
  const base = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-altered-')), 'base');
  fs.mkdirSync(base);
  must('tar', ['-xzf', bundle, '-C', base, '--strip-components=1']);
  return base;
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function must(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Refused(`${program} ${args[0]} failed:\n${stdout}${stderr}`);
}
