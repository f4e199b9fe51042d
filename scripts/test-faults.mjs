#!/usr/bin/env node
// `npm run test:faults`: kill -9 in the middle of an import, again and again, on the real product.
//
//   npm run test:faults -- --kills 50 --lanes 4 --seed 7
//   npm run test:faults -- --only snapshots
//
// Restores are killed after the imports, by a worker alone, and then with snapshots in the product as it is started.
//
// Every round imports a list on a server of its own, kills the API (which does the work too) or PostgreSQL at a
// random moment of a phase, waits until the supervisor has set it right, and sends the same commands under the
// same keys again. All of the list is there or none of it, once. The lanes are portals of their own, side by side.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeList, openImporter } from './test-faults/importer.mjs';
import { measurePhases, phases } from './test-faults/moments.mjs';
import { startProduct } from './test-faults/product.mjs';
import { killRestores } from './test-faults/restores.mjs';
import { importOnce, runRound } from './test-faults/round.mjs';
import { killSnapshots } from './test-faults/snapshots.mjs';

const ROWS = 5_000;
const VICTIMS = /** @type {const} */ (['API', 'PostgreSQL']);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    lanes: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    only: { type: 'string' },
  },
});
const chance = randomFrom(Number(values.seed));
const rounds = Array.from({ length: Number(values.kills) }, (_, index) => ({
  round: index + 1,
  victim: VICTIMS[Math.floor(index / phases.length) % VICTIMS.length],
  target: phases[index % phases.length],
  chance: chance(),
}));
/** @type {import('./test-faults/round.mjs').Outcome[]} */
const outcomes = [];
let failed = 0;
let isStopping = false;
for (const name of ['SIGINT', 'SIGTERM'])
  process.on(name, () => {
    isStopping = true;
  });

const startedAt = performance.now();
const queue = rounds.values();
if (isAsked('imports')) {
  console.log(`seed ${values.seed}, ${ROWS} rows, ${values.kills} kills in ${values.lanes} lanes`);
  row(
    'round',
    'victim',
    'phase (aimed at)',
    'commit answered',
    'found',
    'after retry',
    'ready',
    'whole',
  );
  await Promise.all(Array.from({ length: Number(values.lanes) }, runLane));
  summarise();
}
if (isAsked('restores') && !isStopping && !killRestores(root, values.kills)) failed += 1;
let passed = outcomes.filter(({ faults }) => faults.length === 0).length;
if (isAsked('snapshots') && !isStopping) {
  const counts = await killSnapshots(root, { ...values, chance, isStopping: () => isStopping });
  passed += counts.passed;
  failed += counts.failed;
}
if (failed > 0 || isStopping) process.exitCode = 1;
console.log(`\n${passed} passed, ${failed} failed`);

/** @param {'imports' | 'restores' | 'snapshots'} what */
function isAsked(what) {
  return values.only === undefined || values.only === what;
}

async function runLane() {
  const product = await startProduct(root);
  try {
    const lane = await openLane(product);
    for (const next of queue) {
      if (isStopping) break;
      report(await runRound(lane, next));
    }
  } catch (error) {
    failed += 1;
    console.log('      FAILED: this lane ends here.', error);
    console.log(product.output().split('\n').slice(-10).join('\n'));
  } finally {
    await product.stop();
  }
}

/**
 * A calm import first: how long each phase lasts here, and a server that must stay as it is.
 * @param {import('./test-faults/product.mjs').Product} product
 * @returns {Promise<import('./test-faults/round.mjs').Lane>}
 */
async function openLane(product) {
  const importer = await openImporter(product);
  const file = makeList(ROWS);
  const bystander = await importer.addServer('bystander');
  const database = await product.connect();
  const seen = { isOver: false, isAnswered: false };
  const subject = { serverId: bystander, file, keys: { upload: 'calm', commit: 'calm-commit' } };
  const importing = importOnce(importer, subject, seen);
  const lasted = await measurePhases(database, bystander, () => seen.isOver);
  await importing;
  await database.end();
  if ((await importer.countUsers(bystander)) !== ROWS) throw new Error('the calm import failed');
  // How long the client took to hear of it says nothing about how long an answer takes.
  lasted['COMMIT to answer'] = 20;
  return { product, importer, file, rows: ROWS, bystander, lasted };
}

/** @param {import('./test-faults/round.mjs').Outcome} outcome */
function report(outcome) {
  outcomes.push(outcome);
  const { round, victim, target, phase, isAnswered, found, after, readyMs, settledMs, faults } =
    outcome;
  const hit = phase === target ? phase : `${phase} (${target})`;
  row(
    round,
    victim,
    hit,
    isAnswered ? 'yes' : 'no',
    found,
    after,
    inSeconds(readyMs),
    inSeconds(settledMs),
  );
  if (faults.length === 0) return;
  failed += 1;
  for (const fault of faults) console.log(`      FAILED: ${fault}`);
}

function summarise() {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`\n${outcomes.length} kills in ${seconds} s, seed ${values.seed}`);
  for (const phase of [...phases, 'none'])
    for (const victim of VICTIMS) {
      const hits = outcomes.filter((one) => one.phase === phase && one.victim === victim);
      if (hits.length === 0 && phase === 'none') continue;
      const none = hits.filter(({ found }) => found === 0).length;
      const whole = hits.filter(({ found }) => found === ROWS).length;
      const once = hits.filter(({ faults }) => faults.length === 0).length;
      const longestMs = Math.max(0, ...hits.map(({ settledMs }) => settledMs));
      console.log(
        `${phase.padEnd(18)}${victim.padEnd(12)}${String(hits.length).padStart(3)} kills: none ${none}, ` +
          `all ${whole}; whole and once after the retry ${once}, in at most ${inSeconds(longestMs)}`,
      );
    }
}

/** @param {(string | number)[]} cells */
function row(...cells) {
  const widths = [7, 12, 36, 17, 8, 13, 9, 8];
  console.log(cells.map((cell, index) => String(cell).padEnd(widths[index])).join(''));
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
