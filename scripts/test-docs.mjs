#!/usr/bin/env node
// `npm run test:docs`: a new operator's walk. A clean clone, an empty home, and every block of commands of every page
// typed in the page's order, against the portal that README.md's own command starts. Names that follow are the only
// pages walked (the first block of README.md runs always): `npm run test:docs -- docs/api.md`.
// --with apt,root: the blocks that need those, too; they alter this machine. Those that need a portal installed as
// services are typed by `npm run test:install -- docs`.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { instructions, needs } from '#scripts/check-docs/blocks.mjs';
import { readPages } from '#scripts/check-docs/pages.mjs';
import { endAll, environment, freePort, startPortal } from '#scripts/check-start/portal.mjs';
import { differences } from './test-docs/shape.mjs';
import { openTerminal, type } from './test-docs/shell.mjs';
import { asCommand, onStop, Refused } from './toolchain.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const PORTAL = 'README.md';
const given = process.argv.slice(2);
const allowed = given.includes('--with')
  ? (given[given.indexOf('--with') + 1] ?? '').split(',')
  : [];
const wanted = given.filter((word) => word.endsWith('.md'));
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-docs-'));
fs.chmodSync(base, 0o755);
const place = {
  checkout: path.join(base, 'portal'),
  home: path.join(base, 'home'),
  port: await freePort(),
};
const sum = { passed: 0, failed: 0, left: 0 };
/** @type {import('#scripts/check-start/portal.mjs').Portal | undefined} */
let portal;
/** The link that sets up is said once, by the first start. @type {string | undefined} */
let setupToken;

await asCommand(async () => {
  onStop(() => {
    void clear().finally(() => process.exit(1));
  });
  try {
    makePlace();
    for (const page of readPages(root)) {
      await walk(page);
      if (!portal) throw new Refused('Without a portal there is nothing to walk.');
    }
  } finally {
    await clear();
  }
  if (sum.failed > 0) process.exitCode = 1;
  console.log(`\n${sum.left} not run, each for the reason that stands before it`);
  console.log(`${sum.passed} passed, ${sum.failed} failed`);
});

/** What was started, and the place. */
async function clear() {
  if (portal) await endAll(portal.tree());
  fs.rmSync(base, { recursive: true, force: true });
}

function makePlace() {
  fs.mkdirSync(place.home);
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, place.checkout]);
}

/** @param {import('#scripts/check-docs/pages.mjs').Page} page */
async function walk(page) {
  const isWanted = wanted.length === 0 || wanted.includes(page.name);
  if (!isWanted && page.name !== PORTAL) return;
  const terminal = openTerminal(folderOf(page), typist(), base);
  let isRestarted = false;
  for (const [index, block] of page.blocks.entries()) {
    const said = instructions(block.marks);
    const at = `${page.name}:${block.line}`;
    if (said.savedAs) fs.writeFileSync(path.join(terminal.folder, said.savedAs), block.text);
    if (block.language !== 'sh') continue;
    const reason = reasonNotTo(said);
    if (reason) {
      sum.left += 1;
      console.log(`${at.padEnd(44)} not run: ${reason}`);
      continue;
    }
    if (!isWanted && !said.keepsRunning) continue;
    isRestarted ||= said.keepsRunning && portal !== undefined;
    const next = page.blocks[index + 1];
    const shown = next?.language === 'json' ? next.text : undefined;
    await prove(at, () =>
      said.keepsRunning ? keepRunning(block.text) : run(terminal, block.text, said.exits, shown),
    );
    terminal.environment = typist();
    if (!isWanted) break;
  }
  if (isRestarted) await prove(`after ${page.name}`, () => keepRunning('npm start'));
}

/** @param {ReturnType<typeof instructions>} said */
function reasonNotTo(said) {
  if (said.notRun) return said.notRun;
  if (!said.needs || allowed.includes(said.needs)) return undefined;
  return `it needs ${needs[said.needs]}`;
}

/** Commands are typed in the checkout, but where a page says that any folder will do. @param {import('#scripts/check-docs/pages.mjs').Page} page */
function folderOf(page) {
  if (!/^<!-- typed in an empty folder -->$/m.test(page.text)) return place.checkout;
  return fs.mkdtempSync(path.join(base, 'folder-'));
}

function typist() {
  return { ...environment(place), ...(setupToken && { SETUP_TOKEN: setupToken }) };
}

/**
 * @param {import('./test-docs/shell.mjs').Terminal} terminal
 * @param {string} text
 * @param {number} exits
 * @param {string | undefined} shown
 * @returns {Promise<string[]>} what is wrong
 */
async function run(terminal, text, exits, shown) {
  const { code, stdout, output } = await type(terminal, here(text));
  if (code !== exits) return [`ended with ${code}:`, output.trimEnd()];
  if (shown === undefined) return [];
  try {
    const faults = differences(JSON.parse(shown), JSON.parse(stdout));
    return faults.length === 0 ? [] : [...faults, stdout.trimEnd()];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error), output.trimEnd()];
  }
}

/** Starts what stays, in the place of what ran. @param {string} text */
async function keepRunning(text) {
  if (portal) await portal.interrupt();
  portal = await startPortal({ ...place, command: text });
  setupToken ??= portal.setupToken;
  return [];
}

/** The pages say 3001; here it may be taken. @param {string} text */
function here(text) {
  return text.replaceAll(/(localhost|127\.0\.0\.1):3001\b/g, `$1:${place.port}`);
}

/**
 * @param {string} at
 * @param {() => Promise<string[]>} work
 */
async function prove(at, work) {
  const startedAt = performance.now();
  const faults = await work().catch((error) => [
    error instanceof Error ? error.message : String(error),
  ]);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${at.padEnd(44)} ${faults.length === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
  for (const fault of faults) console.log(fault.replaceAll(/^/gm, '    '));
  if (faults.length === 0) sum.passed += 1;
  else sum.failed += 1;
}
