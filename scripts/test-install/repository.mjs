// A repository as the installer sees it: tags for git, and releases beside them, served on a machine's loopback.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refused } from '#scripts/toolchain.mjs';

export const ADDRESS = 'http://127.0.0.1:8080';

/**
 * @param {string} root the checkout, whose last commit bears the tags
 * @param {import('./machine.mjs').Machine} machine
 * @param {string[]} tags
 * @param {import('./release.mjs').Release} release what each of the tags has
 */
export async function serveRepository(root, machine, tags, release) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-repository-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  git(root, 'clone', '--quiet', '--bare', '--no-tags', '--single-branch', root, folder);
  fs.copyFileSync(path.join(root, 'scripts/bootstrap.sh'), path.join(folder, 'bootstrap.sh'));
  const server = fileURLToPath(new URL('repository-server.mjs', import.meta.url));
  const guest = machine.beside([process.execPath, server, folder, new URL(ADDRESS).port]);
  await new Promise((resolve, reject) => {
    guest.stdout?.once('data', resolve);
    guest.once('exit', (code) => reject(new Refused(`The repository is not served (${code}).`)));
  });

  const repository = {
    folder: (/** @type {string} */ tag) => path.join(folder, 'releases/download', tag),
    /** From now on files of releases end in their middle, or no longer. */
    cut: (/** @type {boolean} */ isCut) =>
      isCut ? fs.writeFileSync(path.join(folder, 'cut'), '') : fs.rmSync(path.join(folder, 'cut')),
    /** Only these tags are there. */
    tag: (/** @type {string[]} */ names) => {
      for (const name of git(folder, 'tag').split('\n').filter(Boolean))
        git(folder, 'tag', '-d', name);
      for (const name of names) git(folder, 'tag', name, 'HEAD');
      git(folder, 'update-server-info');
    },
  };
  for (const tag of tags) {
    const place = repository.folder(tag);
    const file = `cmp-${tag.slice(1)}-linux-${process.arch}.tar.gz`;
    fs.mkdirSync(place, { recursive: true });
    fs.linkSync(path.join(release.folder, release.file), path.join(place, file));
    const sums = fs.readFileSync(path.join(release.folder, 'SHA256SUMS'), 'utf8');
    fs.writeFileSync(path.join(place, 'SHA256SUMS'), sums.replace(release.file, file));
    release.sign(place);
  }
  repository.tag(tags);
  return repository;
}

/**
 * @param {string} cwd
 * @param {string[]} args
 */
function git(cwd, ...args) {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd, encoding: 'utf8', input: '' });
  if (status !== 0) throw new Refused(`git ${args[0]} failed: ${stderr}`);
  return stdout.trim();
}
