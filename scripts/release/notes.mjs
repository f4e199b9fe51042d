#!/usr/bin/env node
// Prints what CHANGELOG.md says of the newest version: the text of its release.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const [, , newest = ''] = fs
  .readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8')
  .split(/^## (\S+)$/m);
console.log(newest.trim());
