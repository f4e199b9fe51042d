#!/usr/bin/env node
// Makes the next version from the changesets that lie in .changeset, everywhere at once: docs/releasing.md.
//
//   node_modules/.bin/node scripts/release/version.mjs
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { asCommand, Refused } from '#scripts/toolchain.mjs';
import { shown, versionFaults, versionOf } from './versions.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

await asCommand(async () => {
  const program = path.join(root, 'node_modules', '@changesets', 'cli', 'bin.js');
  const { status } = spawnSync(process.execPath, [program, 'version'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Refused('No version was made; what changesets said is above.');

  // The parts are not released by themselves: one product, one list of changes.
  for (const file of fs
    .globSync('{apps,packages}/*/CHANGELOG.md', { cwd: root })
    .concat(['bench/CHANGELOG.md', 'e2e/CHANGELOG.md']))
    fs.rmSync(path.join(root, file), { force: true });
  const version = versionOf(root, 'package.json');
  fs.writeFileSync(path.join(root, 'VERSION'), shown(version));
  const [fault] = versionFaults(root);
  if (fault) throw new Refused(fault);
  console.log(`This is ${version} now: read CHANGELOG.md, commit, and tag the commit v${version}.`);
});
