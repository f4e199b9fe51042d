#!/usr/bin/env node
// The checkers that exist, over everything that is deployed and no test runs: scripts, units, proxies, containers.
// `npm run test:peers` runs them as well. A name runs that check alone: `node scripts/check-deploy.mjs shell`.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkDeploy } from './deploy-checks.mjs';
import { asCommand, install, onStop } from './toolchain.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

await asCommand(async () => {
  onStop(() => {
    process.exitCode = 1;
  });
  const { passed, failed } = await checkDeploy(await install(root), process.argv.slice(2));
  if (failed > 0) process.exitCode = 1;
  console.log(`\n${passed} passed, ${failed} failed`);
});
