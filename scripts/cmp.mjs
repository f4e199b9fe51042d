#!/usr/bin/env node
// `npm run cmp`, and scripts\cmp.cmd: the command line where there is no shell for scripts/cmp. Runs on the host's Node.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { asCommand, envFile, findNode, Refused } from './toolchain.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

await asCommand(async () => {
  if (!fs.existsSync(path.join(root, 'apps/api/node_modules')))
    throw new Refused(`The portal is not installed yet: run npm start in ${root} once.`);
  const program = path.join(root, 'apps/api/src/cmp.ts');
  const args = [...envFile(root), program, ...process.argv.slice(2)];
  // It hears a Ctrl-C itself, and says how it ended.
  process.on('SIGINT', () => {});
  const { status } = spawnSync(findNode(root), args, { stdio: 'inherit' });
  process.exitCode = status ?? 1;
});
