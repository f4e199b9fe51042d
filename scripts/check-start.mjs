#!/usr/bin/env node
// Shows that `npm start` keeps its word, on Linux, from outside. Nothing but what it started is signalled.
//
//   node scripts/check-start.mjs              every place below, then the kills
//   node scripts/check-start.mjs here         this checkout with data in a temporary directory: start, stop, again (CI)
//   node scripts/check-start.mjs plain kills  some of: plain unprivileged closed unwritable kills
//
// A place is a clean clone of the last commit in an empty home: start, stop by SIGTERM while a client writes,
// start again, stop by Ctrl-C. The kills are ten kill -9 each of the start script, the API, PostgreSQL and the
// supervisor while a client writes; a ledger of what was acknowledged is compared with what is stored after each.
// Needs about ten minutes, and root for the places of other accounts.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLedger, request, settle, signIn, writeUntil } from './check-start/ledger.mjs';
import { makeBase, removeAll, scenarios } from './check-start/places.mjs';
import { endAll, freePort, startBeside, startPortal } from './check-start/portal.mjs';
import { allGone, findRole, signal } from './check-start/processes.mjs';

const KILLS = 10;
const LONGEST_MS = 30 * 60_000;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const base = makeBase();
/** @type {string[]} */
const checkouts = [];
/** @type {import('./check-start/portal.mjs').Portal | undefined} */
let current;
/** A kill of the supervisor leaves processes that no longer descend from the start. */
let lastTree = /** @type {import('./check-start/processes.mjs').Process[]} */ ([]);
let failures = 0;

setTimeout(() => {
  console.error(`Not done after ${LONGEST_MS / 60_000} minutes.`);
  process.exit(1);
}, LONGEST_MS).unref();

const asked = process.argv.slice(2);
try {
  if (asked.includes('here')) await checkHere();
  else await checkPlaces(asked.length > 0 ? asked : [...Object.keys(scenarios), 'kills']);
} finally {
  if (current) await endAll([...current.tree(), ...lastTree]);
  removeAll(base, checkouts);
}
console.log(failures === 0 ? '\nEverything held.' : `\n${failures} did not hold.`);
process.exit(failures === 0 ? 0 : 1);

async function checkHere() {
  const dataDir = path.join(base, 'data');
  await checkStartAndStop('here', {
    checkout: root,
    home: process.env.HOME ?? base,
    port: await freePort(),
    dataDir,
  });
}

/** @param {string[]} names */
async function checkPlaces(names) {
  for (const [key, scenario] of Object.entries(scenarios)) {
    if (!names.includes(key)) continue;
    if (scenario.needsRoot && process.getuid?.() !== 0) {
      row(scenario.name, 'not run', 'needs root');
      continue;
    }
    const place = await scenario.prepare(root, base);
    checkouts.push(place.checkout);
    await checkStartAndStop(scenario.name, place);
  }
  if (!names.includes('kills')) return;
  const scenario = scenarios.plain;
  const isMade = checkouts[0] && names.includes('plain');
  const place = isMade
    ? { checkout: checkouts[0], home: path.join(base, 'plain', 'home'), port: await freePort() }
    : await scenario.prepare(root, base);
  if (!isMade) checkouts.push(place.checkout);
  fs.rmSync(path.join(place.checkout, 'data'), { recursive: true, force: true });
  await step('kills', 'all', () => checkKills(place));
}

/**
 * @param {string} name
 * @param {import('./check-start/portal.mjs').Place} place
 */
async function checkStartAndStop(name, place) {
  await step(name, 'start, stop, start, stop', async () => {
    const first = await start(place);
    row(name, 'first start', `${first.readyMs} ms`);
    const ledger = await openLedger(first.origin, first.setupToken);
    row(name, 'start beside it', await refusedBeside(place));
    row(name, 'SIGTERM to npm', await stopUnderLoad(ledger, first.terminate));

    const second = await start(place);
    row(name, 'second start', `${second.readyMs} ms`);
    await signIn(ledger);
    if (!(await settle(ledger))) throw new Error('the settings could not be read');
    const health = await request(second.origin, 'GET', '/api/health');
    if (health.status !== 200) throw new Error(`health answered ${health.status}`);
    row(name, 'Ctrl-C', await stopUnderLoad(ledger, second.interrupt));
    current = undefined;
    if (ledger.faults.length > 0) throw new Error(ledger.faults.join('\n'));
  });
}

/**
 * A second start says who runs, and touches nothing beneath it.
 * @param {import('./check-start/portal.mjs').Place} place
 */
async function refusedBeside(place) {
  const startedAt = performance.now();
  const { code, output } = await startBeside(place);
  const isRefused = code === 1 && output.includes('Another running portal (process ');
  if (!isRefused) throw new Error(`a second start ended with ${code}:\n${output}`);
  if (/Dependencies|Build/.test(output)) throw new Error(`a second start built first:\n${output}`);
  return `refused in ${Math.round(performance.now() - startedAt)} ms, before a build`;
}

/**
 * Stops while a client writes: a request that was accepted must be answered well.
 * @param {import('./check-start/ledger.mjs').Ledger} ledger
 * @param {() => Promise<number>} stop
 */
async function stopUnderLoad(ledger, stop) {
  const before = { ...ledger.seen };
  let isStopped = false;
  const writing = writeUntil(ledger, () => isStopped);
  await sleep(500);
  const stopMs = await stop();
  isStopped = true;
  await writing;
  const { written, cut, unavailable } = ledger.seen;
  const failed = cut - before.cut + unavailable - before.unavailable;
  if (failed > 0)
    throw new Error(`${failed} accepted requests failed during the stop: ${ledger.lastFailure}`);
  return `all gone in ${stopMs} ms; ${written - before.written} writes under way, none failed`;
}

/** @param {import('./check-start/portal.mjs').Place} place */
async function checkKills(place) {
  let portal = await start(place);
  const ledger = await openLedger(portal.origin, portal.setupToken);
  for (const role of /** @type {const} */ (['start script', 'API', 'PostgreSQL', 'supervisor'])) {
    const before = { ...ledger.seen };
    /** @type {number[]} */
    const outages = [];
    for (let round = 0; round < KILLS; round += 1) {
      await signIn(ledger);
      const tree = portal.tree();
      lastTree = tree;
      const victim = findRole(tree, role);
      let isDone = false;
      const writing = writeUntil(ledger, () => isDone);
      await sleep(200 + Math.random() * 400);
      const killedAt = performance.now();
      signal(victim, 'SIGKILL');

      if (role === 'start script' && !(await allGone(tree, 60_000))) {
        throw new Error('the supervisor did not stop when its start script was gone');
      }
      if (role === 'start script' || role === 'supervisor') portal = await start(place);
      const written = ledger.seen.written;
      while (ledger.seen.written < written + 3) {
        if (performance.now() - killedAt > 120_000)
          throw new Error('no write was taken again in 2 minutes');
        await sleep(5);
      }
      outages.push(Math.round(performance.now() - killedAt));
      isDone = true;
      await writing;
      if (ledger.unknown.length > 0) await settle(ledger);
      await settle(ledger);
      if (ledger.faults.length > 0)
        throw new Error(`after kill ${round + 1} of the ${role}: ${ledger.faults.join('\n')}`);
    }
    const change = (/** @type {keyof typeof before} */ kind) => ledger.seen[kind] - before[kind];
    row(
      'kill -9',
      `${role} × ${KILLS}`,
      `${change('written')} acknowledged, 0 lost; ${change('cut')} cut (${change('landed')} had landed), ` +
        `${change('unavailable')} answered 5xx; writes again after ${Math.min(...outages)}–${Math.max(...outages)} ms`,
    );
  }
  await portal.terminate();
  current = undefined;
}

/** @param {import('./check-start/portal.mjs').Place} place */
async function start(place) {
  current = await startPortal(place);
  return current;
}

/**
 * @param {string} name
 * @param {string} what
 * @param {() => Promise<void>} work
 */
async function step(name, what, work) {
  try {
    await work();
  } catch (error) {
    failures += 1;
    row(name, what, `FAILED: ${error instanceof Error ? error.message : error}`);
    if (current) {
      console.log(current.output().split('\n').slice(-20).join('\n'));
      await endAll([...current.tree(), ...lastTree]);
      current = undefined;
    }
  }
}

/**
 * @param {string} name
 * @param {string} what
 * @param {string} seen
 */
function row(name, what, seen) {
  console.log(`${name.padEnd(34)} ${what.padEnd(18)} ${seen}`);
}
