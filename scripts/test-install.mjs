#!/usr/bin/env node
// `npm run test:install`: the installer on a Debian that boots, with what it does when something is wrong.
//
//   npm run test:install                      every rehearsal
//   npm run test:install -- install failures  some of scripts/test-install/*.rehearsal.mjs
//
// Needs root, debootstrap and systemd-nspawn. The machines have a loopback and no other network.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openSheet } from './test-install/checks.mjs';
import { refuseWithoutMachines, stopMachines } from './test-install/machine.mjs';
import { asCommand, onStop, Refused } from './toolchain.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = path.join(root, 'scripts', 'test-install');
const suffix = '.rehearsal.mjs';

await asCommand(async () => {
  refuseWithoutMachines();
  onStop(() => {
    void stopMachines().finally(() => process.exit(1));
  });
  const sheet = openSheet();
  try {
    for (const name of asked()) {
      console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 60 - name.length))}`);
      const { rehearse } = await import(pathToFileURL(path.join(folder, name + suffix)).href);
      await sheet.check(`${name}: to its end`, () => rehearse({ root, check: sheet.check }));
    }
  } finally {
    await stopMachines();
  }
  const { passed, failed } = sheet.sum;
  if (failed > 0) process.exitCode = 1;
  console.log(`\n${passed} passed, ${failed} failed`);
});

function asked() {
  const all = fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length));
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new Refused(`No rehearsal is named ${unknown.join(', ')}: there are ${all.join(', ')}.`);
  return names.length > 0 ? names : all;
}
