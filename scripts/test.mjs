#!/usr/bin/env node
// `npm test`: everything CI checks, in order and to the end, then one line with the sum. Runs on the host's Node.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { countPlaywright, countSum, countVitest } from './test-reports.mjs';
import { asCommand, build, install, onStop, pnpm, run } from './toolchain.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const reports = path.join(root, '.reports');
let isStopping = false;

await asCommand(async () => {
  onStop(() => {
    isStopping = true;
  });
  fs.rmSync(reports, { recursive: true, force: true });
  const sum = { passed: 0, failed: 0 };
  try {
    for await (const { passed, failed } of results()) {
      sum.passed += passed;
      sum.failed += failed;
      if (isStopping) break;
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    sum.failed += 1;
  }
  if (sum.failed > 0 || isStopping) process.exitCode = 1;
  console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
});

/** Every check and every runner, each to its end: a failure hides nothing that comes after it. */
async function* results() {
  const toolchain = await install(root);
  const { env } = toolchain;
  const quiet = { cwd: root, env, quiet: true };

  yield check('Biome', () => run('biome', ['ci', '--error-on-warnings', '--colors=off'], quiet));
  yield check('Types', () => run('tsc', ['--build'], quiet));
  yield check('Unused code', () => run('knip', [], quiet));
  yield await documents(toolchain);
  yield check('Release', () => run(toolchain.node, ['scripts/check-release.mjs'], quiet));
  yield check('Installer', () => run(toolchain.node, ['scripts/check-install.mjs'], quiet));
  yield check('Build', () => build(toolchain));
  if (hasSizeBudget()) {
    yield check('Size budget', () =>
      run('npx', [...pnpm(root), '--filter', '@cmp/web', 'size'], quiet),
    );
  }
  yield vitest('apps/api', env);
  // The bot's mostly wait, at a message a second: beside others they cost next to no time.
  const bot = vitest('apps/telegram-bot', env, { quiet: true });
  yield vitest('packages/shared', env);
  yield vitest('apps/web', env);
  yield await bot;
  yield playwright(env);
}

/**
 * @param {string} name
 * @param {() => Promise<{ code: number | string, output: string }>} work
 */
async function check(name, work) {
  heading(name);
  const startedAt = Date.now();
  const { code, output } = await work();
  const isPassed = code === 0;
  if (!isPassed) process.stdout.write(`${output.trim()}\n`);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`${isPassed ? 'passed' : `failed (${code})`} in ${seconds} s`);
  return isPassed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** @param {{ node: string, env: NodeJS.ProcessEnv }} toolchain */
async function documents({ node, env }) {
  heading('Documents');
  const args = [path.join(root, 'scripts/check-docs.mjs')];
  const { code, output } = await run(node, args, { cwd: root, env, quiet: true });
  process.stdout.write(output);
  return countSum(output, code);
}

/**
 * A second try would hide a test that fails now and then: there is none.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @param {{ quiet?: boolean }} [options] Quiet: what it says is shown when it has ended.
 */
async function vitest(name, env, { quiet = false } = {}) {
  if (!quiet) heading(`Tests of ${name}`);
  const report = path.join(reports, `${path.basename(name)}.json`);
  const cwd = path.join(root, name);
  const args = [
    'run',
    '--retry=0',
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
  ];
  const command = path.join(cwd, 'node_modules', '.bin', 'vitest');
  const { code, output } = await run(command, args, { cwd, env, quiet });
  if (quiet) {
    heading(`Tests of ${name}`);
    process.stdout.write(output);
  }
  return countVitest(report, code);
}

/** @param {NodeJS.ProcessEnv} env */
async function playwright(env) {
  heading('Journeys in a browser');
  const report = path.join(reports, 'e2e.json');
  const cwd = path.join(root, 'e2e');
  const { code } = await run(
    path.join(cwd, 'node_modules', '.bin', 'playwright'),
    ['test', '--retries=0', '--reporter=list,json'],
    { cwd, env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report } },
  );
  return countPlaywright(report, code);
}

function hasSizeBudget() {
  const manifest = path.join(root, 'apps', 'web', 'package.json');
  return JSON.parse(fs.readFileSync(manifest, 'utf8')).scripts.size !== undefined;
}

/** @param {string} name */
function heading(name) {
  console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 60 - name.length))}`);
}
