#!/usr/bin/env node
// `npm run test:faults`: kill -9 in the middle of an import, again and again, on the real product.
//
//   npm run test:faults -- --kills 50 --lanes 4 --seed 7
//   npm run test:faults -- --only snapshots
//
// Restores are killed after the imports, by a worker alone, and then with snapshots in the product as it is started:
// there, so often each while a snapshot is made, merged and put in the place of everything. Every snapshot that is
// listed in the end is restored. Last, a thousand snapshots with a bit altered and a hundred cut ones are sent to the
// API, each to be refused.
//
// Every round imports a list on a server of its own, kills a process at a random moment of a phase, waits until the
// portal answers again, and sends the same commands under the same keys once more. All of the list is there or none
// of it, once. The lanes are portals of their own, side by side; every other one has a worker in its own process.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openImporter } from './test-faults/importer.mjs';
import { makeList } from './test-faults/lists.mjs';
import { measurePhases, phases } from './test-faults/moments.mjs';
import { startProduct } from './test-faults/product.mjs';
import { killRestores, sendDamaged } from './test-faults/restores.mjs';
import { importAll, runRound } from './test-faults/round.mjs';
import { killSnapshots } from './test-faults/snapshots.mjs';

const ROWS = 5_000;
/** What one request commits by itself. */
const FEW_ROWS = 300;
/** In every phase at least so many, once there are enough kills for all. */
const LEAST = 3;
const TOLD_FROM = 50;
/** @type {{ victim: import('./test-faults/product.mjs').Victim, place: import('./test-faults/product.mjs').Place }[]} */
const CYCLE = [
  { victim: 'API', place: 'together' },
  { victim: 'worker', place: 'apart' },
  { victim: 'PostgreSQL', place: 'together' },
  { victim: 'API', place: 'apart' },
  { victim: 'supervisor', place: 'together' },
  { victim: 'PostgreSQL', place: 'apart' },
  { victim: 'worker', place: 'apart' },
];
const MODES = /** @type {const} */ (['merge', 'mirror']);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    lanes: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    only: { type: 'string' },
  },
});
const lists = {
  large: [makeList(root, ROWS, 'csv'), makeList(root, ROWS, 'xlsx')],
  small: [makeList(root, FEW_ROWS, 'csv'), makeList(root, FEW_ROWS, 'xlsx')],
};
const chance = randomFrom(Number(values.seed));
const rounds = Array.from({ length: Number(values.kills) }, (_, index) => planRound(index));
/** @type {import('./test-faults/round.mjs').Outcome[]} */
const outcomes = [];
let failed = 0;
let isStopping = false;
for (const name of ['SIGINT', 'SIGTERM'])
  process.on(name, () => {
    isStopping = true;
  });

const startedAt = performance.now();
const queues = {
  together: rounds.filter(({ place }) => place === 'together').values(),
  apart: rounds.filter(({ place }) => place === 'apart').values(),
};
if (isAsked('imports')) {
  console.log(
    `seed ${values.seed}, ${ROWS} rows (${FEW_ROWS} where the request itself commits), ` +
      `${values.kills} kills in ${values.lanes} lanes`,
  );
  row('round', 'victim', 'work', 'phase (aimed at)', 'list', 'answer', 'found', 'ready', 'after');
  await Promise.all(
    Array.from({ length: Number(values.lanes) }, (_, index) =>
      runLane(index % 2 === 0 ? 'apart' : 'together'),
    ),
  );
  summarise();
}
if (isAsked('restores') && !isStopping && !killRestores(root, values.kills)) failed += 1;
let passed = outcomes.filter(({ faults }) => faults.length === 0).length;
if (isAsked('snapshots') && !isStopping) {
  const counts = await killSnapshots(root, { ...values, chance, isStopping: () => isStopping });
  passed += counts.passed;
  failed += counts.failed;
  if (!isStopping && !sendDamaged(root, values.seed)) failed += 1;
}
if (failed > 0 || isStopping) process.exitCode = 1;
console.log(`\n${passed} passed, ${failed} failed`);

/** @param {'imports' | 'restores' | 'snapshots'} what */
function isAsked(what) {
  return values.only === undefined || values.only === what;
}

/**
 * @param {number} index
 * @returns {import('./test-faults/round.mjs').Kill}
 */
function planRound(index) {
  const target = phases[index % phases.length] ?? 'parse';
  const { victim, place } = CYCLE[Math.floor(index / phases.length) % CYCLE.length] ?? {};
  const size = target === 'COMMIT to answer' ? 'small' : 'large';
  return {
    round: index + 1,
    // No worker has a part in what a request commits.
    victim: victim === 'worker' && size === 'small' ? 'API' : (victim ?? 'API'),
    place: place ?? 'together',
    target,
    list: lists[size][index % 2] ?? makeList(root, ROWS, 'csv'),
    mode: MODES[Math.floor(index / 2) % 2] ?? 'merge',
    chance: chance(),
  };
}

/** @param {import('./test-faults/product.mjs').Place} place */
async function runLane(place) {
  /** @type {import('./test-faults/product.mjs').Product | undefined} */
  let product;
  try {
    product = await startProduct(root, place);
    const lane = await openLane(product);
    for (const next of queues[place]) {
      if (isStopping) break;
      report(await runRound(lane, next));
    }
  } catch (error) {
    failed += 1;
    console.log('      FAILED: this lane ends here.', error);
    console.log(product?.output().split('\n').slice(-10).join('\n'));
  } finally {
    await product?.stop();
  }
}

/**
 * Calm imports first: how long each phase lasts here, and a server that must stay as it is.
 * @param {import('./test-faults/product.mjs').Product} product
 * @returns {Promise<import('./test-faults/round.mjs').Lane>}
 */
async function openLane(product) {
  const importer = await openImporter(product);
  const database = await product.connect();
  const measured = [];
  for (const list of lists.large) {
    const serverId = await importer.addServer(`bystander ${list.format}`);
    let isOver = false;
    const importing = importAll(importer, {
      ...{ serverId, list, mode: 'merge', key: `calm-${list.format}` },
    }).finally(() => {
      isOver = true;
    });
    const [lasted] = await Promise.all([
      measurePhases(database, serverId, () => isOver),
      importing,
    ]);
    measured.push({ serverId, lasted });
  }
  await database.end();
  const [csv, xlsx] = measured;
  if (!csv || !xlsx) throw new Error('there was no calm import');
  return {
    ...{ product, importer },
    bystander: { serverId: csv.serverId, rows: ROWS },
    lasted: { csv: csv.lasted, xlsx: xlsx.lasted },
  };
}

/** @param {import('./test-faults/round.mjs').Outcome} outcome */
function report(outcome) {
  outcomes.push(outcome);
  const { round, victim, place, target, phase, list, mode, found, faults } = outcome;
  row(
    ...[round, victim, place],
    phase === target ? phase : `${phase} (${target})`,
    `${mode} ${list.format}`,
    answerOf(outcome),
    ...[found, inSeconds(outcome.readyMs), inSeconds(outcome.settledMs)],
  );
  if (faults.length === 0) return;
  failed += 1;
  for (const fault of faults) console.log(`      FAILED: ${fault}`);
}

/** @param {import('./test-faults/round.mjs').Outcome} outcome */
function answerOf({ phase, isAnswered, heldBytes }) {
  if (phase === 'COMMIT to answer') return heldBytes > 0 ? 'kept back' : 'not yet sent';
  return isAnswered ? 'heard' : 'none';
}

function summarise() {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`\n${outcomes.length} kills in ${seconds} s, seed ${values.seed}`);
  for (const phase of [...phases, 'none']) {
    const hits = outcomes.filter((one) => one.phase === phase);
    if (hits.length === 0 && phase === 'none') continue;
    const count = (/** @type {(one: typeof hits[number]) => boolean} */ isSo) =>
      hits.filter(isSo).length;
    const victims = [...new Set(CYCLE.map(({ victim }) => victim))].map(
      (victim) => `${victim} ${count((one) => one.victim === victim)}`,
    );
    const longestMs = Math.max(0, ...hits.map(({ settledMs }) => settledMs));
    console.log(
      `${phase.padEnd(18)}${String(hits.length).padStart(3)} kills (${victims.join(', ')}): ` +
        `before ${count(({ found }) => found === 'before')}, after ${count(({ found }) => found === 'after')}, ` +
        `between ${count(({ found }) => found === 'BETWEEN')}; right after the retry ` +
        `${count(({ faults }) => faults.length === 0)}, in at most ${inSeconds(longestMs)}`,
    );
    if (phase === 'none' || hits.length >= LEAST || rounds.length < TOLD_FROM) continue;
    failed += 1;
    console.log(`      FAILED: fewer than ${LEAST} kills hit this phase; try another seed`);
  }
}

/** @param {(string | number)[]} cells */
function row(...cells) {
  const widths = [7, 12, 10, 36, 13, 14, 9, 8, 8];
  console.log(cells.map((cell, index) => String(cell).padEnd(widths[index] ?? 0)).join(''));
}

/** @param {number} ms */
function inSeconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

/**
 * The same moments again for the same seed.
 * @param {number} seed
 */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
