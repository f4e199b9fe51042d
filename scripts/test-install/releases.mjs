// Releases for the rehearsals of updates: of an older commit, and altered ones that a real one could have become.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
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
 * @param {string} bundle
 * @param {string} name what the new one is called
 * @param {string} out
 * @param {(top: string) => void} alter
 * @returns {string} its file
 */
export function alteredRelease(bundle, name, out, alter) {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-altered-'));
  const top = path.join(base, `cmp-${name}`);
  const file = path.basename(bundle).replace(/^cmp-.*(-linux-.*)$/, `cmp-${name}$1`);
  try {
    fs.mkdirSync(top);
    must('tar', ['-xzf', bundle, '-C', top, '--strip-components=1']);
    const note = path.join(top, 'RELEASE.json');
    const release = JSON.parse(fs.readFileSync(note, 'utf8'));
    const altered = { ...release, name, gitSha: Buffer.from(name).toString('hex').padEnd(40, '0') };
    fs.writeFileSync(note, `${JSON.stringify(altered, null, 2)}\n`);
    alter(top);
    fs.mkdirSync(out, { recursive: true });
    must('tar', [
      '--use-compress-program=gzip -1',
      '-cf',
      path.join(out, file),
      '-C',
      base,
      path.basename(top),
    ]);
    writeSums(out, name);
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
  }
  return file;
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function must(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Refused(`${program} ${args[0]} failed:\n${stdout}${stderr}`);
}
