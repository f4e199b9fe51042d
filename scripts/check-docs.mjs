#!/usr/bin/env node
// Checks that the documents name only what exists, without running a command of theirs (`npm run test:docs` does
// that). Part of `npm test`; by itself: node_modules/.bin/node scripts/check-docs.mjs
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultyAlerts } from './check-docs/alerts.mjs';
import { faultyBlocks } from './check-docs/blocks.mjs';
import { readCommandLine } from './check-docs/command-line.mjs';
import { deadLinks } from './check-docs/links.mjs';
import { readVariables, unknownNames } from './check-docs/names.mjs';
import { readPages } from './check-docs/pages.mjs';
import { strangeWords } from './check-docs/panel-words.mjs';
import { faultyPictures } from './check-docs/pictures.mjs';
import { faultySentences } from './check-docs/sentences.mjs';
import { faultyVariables } from './check-docs/variables.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const pages = readPages(root);
const known = {
  variables: readVariables(root),
  cmp: await readCommandLine(root),
  scripts: JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).scripts,
};
let passed = 0;
let failed = 0;
for (const page of pages)
  count([
    ...faultyBlocks(page),
    ...deadLinks(root, page),
    ...unknownNames(root, page, known),
    ...faultySentences(root, page),
    ...strangeWords(root, page),
  ]);
count(faultyAlerts(root, pages));
count(faultyPictures(root, pages));
count(faultyVariables(root, pages));
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** @param {string[]} faults of one page, or of one thing that all have to hold */
function count(faults) {
  for (const fault of faults) console.log(fault);
  if (faults.length === 0) passed += 1;
  else failed += 1;
}
