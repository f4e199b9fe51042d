// kill -9 in the middle of snapshots, merges and replacements, on the real product: the API, which does the work
// too, or PostgreSQL. The data is as before or as after, every listed snapshot opens and restores, a retry works.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openImporter } from './importer.mjs';
import { openKeeper } from './keeper.mjs';
import { makeList } from './lists.mjs';
import { startProduct } from './product.mjs';
import { importAll } from './round.mjs';
import { listFiles, measurePhases, phases } from './snapshot-moments.mjs';
import { begin, connect, runRound } from './snapshot-round.mjs';
import { readLeftovers, readState } from './snapshot-state.mjs';

const ROWS = 10_000;
const KINDS = /** @type {const} */ (['snapshot', 'merge', 'replace']);
/** In every phase of every kind at least so many, once there are enough kills for all. */
const LEAST = 5;
const TOLD_FROM = 50;
/** Leftovers go with a sweep, one a minute. */
const SWEPT_MS = 80_000;
/** Every listed snapshot is restored at the end, for no longer than this in a lane. */
const RESTORING_MS = 900_000;

/**
 * As many kills of each kind. Gives how many rounds passed, and how many of them, and of what must hold at the end of
 * a lane, failed.
 * @param {string} root
 * @param {{ kills: string, lanes: string, seed: string, chance: () => number, isStopping: () => boolean }} wanted
 */
export async function killSnapshots(root, { kills, lanes, seed, chance, isStopping }) {
  const rounds = Array.from({ length: Number(kills) * KINDS.length }, (_, index) => ({
    round: index + 1,
    kind: KINDS[index % 3],
    target: phases[Math.floor(index / 3) % 3],
    victim: /** @type {import('./product.mjs').Victim} */ (index % 4 === 3 ? 'PostgreSQL' : 'API'),
    chance: chance(),
    isTakenOver: index % 5 === 4,
  }));
  const startedAt = performance.now();
  /** @type {import('./snapshot-round.mjs').Outcome[]} */
  const outcomes = [];
  let failed = 0;
  console.log(`\nsnapshots and restores: seed ${seed}, ${ROWS} users, ${kills} kills of each kind`);
  row('round', 'what', 'victim', 'killed', 'found', 'retry', 'ready', 'whole');
  const queue = rounds.values();
  const runLane = async (/** @type {number} */ number) => {
    const product = await startProduct(root, 'together');
    try {
      const lane = await openLane(root, product);
      for (const next of queue) {
        if (isStopping()) break;
        const outcome = await runRound(lane, next);
        outcomes.push(outcome);
        if (!report(outcome)) failed += 1;
      }
      const { faults, listed, restored, unlisted } = await closeLane(lane);
      console.log(
        `lane ${number}: ${listed} listed snapshots checked, ${restored} restored, ` +
          `${lane.made.length} of them of killed rounds; ${unlisted} whole files that nobody listed`,
      );
      for (const fault of faults) console.log(`      FAILED: ${fault}`);
      failed += faults.length;
    } catch (error) {
      failed += 1;
      console.log('      FAILED: this lane ends here.', error);
      console.log(product.output().split('\n').slice(-10).join('\n'));
    } finally {
      await product.stop();
    }
  };
  await Promise.all(Array.from({ length: Number(lanes) }, (_, index) => runLane(index + 1)));
  failed += summarise(outcomes, Number(kills));
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`${outcomes.length} kills in ${seconds} s, seed ${seed}`);
  return { passed: outcomes.filter(({ faults }) => faults.length === 0).length, failed };
}

/**
 * Two states and a snapshot of each, and how long each phase lasts here when nothing is killed.
 * @param {string} root
 * @param {import('./product.mjs').Product} product
 * @returns {Promise<import('./snapshot-round.mjs').Lane>}
 */
async function openLane(root, product) {
  const importer = await openImporter(product);
  const keeper = openKeeper(importer);
  const folder = path.join(path.dirname(product.uploads), 'snapshots');
  const serverId = await importer.addServer('home');
  const database = await connect(product);
  /** @type {Set<string>} */
  const states = new Set();
  const lasted = { snapshot: {}, merge: {}, replace: {} };
  const list = makeList(root, ROWS, 'csv');
  /** @param {string} text */
  const make = async (text) => {
    const content = String(list.content).replaceAll('a remark', `the ${text}`);
    await importAll(importer, { serverId, list: { ...list, content }, mode: 'merge', key: text });
    const state = await readState(database);
    states.add(state.whole);
    const jobId = await keeper.askForSnapshot(`${text}-snapshot`);
    lasted.snapshot = await measurePhases(database, { kind: 'snapshot', folder, jobId });
    const [newest] = await keeper.listSnapshots();
    return { id: newest.id, state };
  };
  /** @type {import('./snapshot-round.mjs').Lane} */
  const lane = {
    ...{ product, keeper, folder, lasted, states, made: [] },
    known: [await make('first'), await make('second')],
  };
  if (lane.known[0].state.content === lane.known[1].state.content)
    throw new Error('there are no two states');
  // Merged, the rows count on; replaced, they are those of the file.
  for (const kind of /** @type {const} */ (['merge', 'replace'])) {
    const { jobId, wanted } = await begin(lane, kind, await readState(database), `calm-${kind}`);
    lasted[kind] = await measurePhases(database, { kind, folder, jobId });
    const now = await readState(database);
    states.add(now.whole);
    if (now.content !== wanted.content) throw new Error(`the calm ${kind} failed`);
  }
  await database.end();
  return lane;
}

/**
 * Every listed snapshot is checked and restored, those of killed rounds first, and nothing is left of what died.
 * @param {import('./snapshot-round.mjs').Lane} lane
 */
async function closeLane({ product, keeper, folder, made, states }) {
  const faults = /** @type {string[]} */ ([]);
  const database = await connect(product);
  const listed = /** @type {{ id: number, fileName: string }[]} */ (await keeper.listSnapshots());
  for (const { id, fileName } of listed) {
    if (!listFiles(folder).includes(fileName)) faults.push(`${fileName} is listed and not there`);
    const { jobId } = await keeper.insist('POST', `/snapshots/${id}/verify`, { json: {} });
    const job = await keeper.awaitJob(jobId);
    if (job.state !== 'done') faults.push(`the check of ${fileName}: ${JSON.stringify(job)}`);
  }
  for (const { fileName, verifyFailure } of await keeper.listSnapshots())
    if (verifyFailure !== null) faults.push(`${fileName}: ${verifyFailure}`);
  const inRounds = new Map(made.map(({ id, state }) => [id, new Set([state.whole])]));
  const isOfRound = (/** @type {{ id: number }} */ { id }) => inRounds.has(id);
  const inTurn = [...listed.filter(isOfRound), ...listed.filter((one) => !isOfRound(one))];
  let restored = 0;
  for (const since = Date.now(); restored < inTurn.length; restored += 1) {
    if (Date.now() - since > RESTORING_MS) break;
    const { id } = inTurn[restored];
    const planId = await keeper.planRestore('replace', id);
    const job = await keeper.awaitJob(await keeper.commit(planId, 'replace', `last-${id}`));
    if (job.state !== 'done') faults.push(`the restore of ${id}: ${JSON.stringify(job)}`);
    // What was saved before a restore is of a state that somebody saw.
    if (!(inRounds.get(id) ?? states).has((await readState(database)).whole))
      faults.push(`snapshot ${id}, restored, is not what it was made of`);
  }
  const left = async () => [
    ...listFiles(folder).filter((name) => name.endsWith('.part')),
    ...listFiles(product.uploads).flatMap((name) => listFiles(path.join(product.uploads, name))),
    ...(await readLeftovers(database)),
  ];
  for (const since = Date.now(); (await left()).length > 0; await sleep(500))
    if (Date.now() - since > SWEPT_MS) {
      faults.push(`left behind: ${await left()}`);
      break;
    }
  const names = new Set(
    (await keeper.listSnapshots()).map((/** @type {any} */ one) => one.fileName),
  );
  const unlisted = listFiles(folder).filter((name) => !names.has(name)).length;
  await database.end();
  return { faults, listed: listed.length, restored, unlisted };
}

/** @param {import('./snapshot-round.mjs').Outcome} outcome */
function report({ round, kind, victim, target, phase, found, isTakenOver, ...outcome }) {
  const hit = phase === target ? phase : `${phase} (${target})`;
  const retry = isTakenOver ? 'taken over' : 'asked again';
  const { readyMs, settledMs, faults } = outcome;
  row(round, kind, victim, hit, found, retry, inSeconds(readyMs), inSeconds(settledMs));
  for (const fault of faults) console.log(`      FAILED: ${fault}`);
  return faults.length === 0;
}

/**
 * Gives how many phases were hit too seldom to say anything.
 * @param {import('./snapshot-round.mjs').Outcome[]} outcomes
 * @param {number} kills
 */
function summarise(outcomes, kills) {
  let missed = 0;
  console.log('\nkilled before, during and after the commit:');
  for (const kind of KINDS) {
    const of = outcomes.filter((one) => one.kind === kind);
    const byPhase = phases.map((phase) => {
      const hits = of.filter((one) => one.phase === phase);
      if (hits.length < LEAST && kills >= TOLD_FROM) missed += 1;
      const after = hits.filter(({ found }) => found === 'after').length;
      const said =
        kind === 'snapshot' ? '' : ` (found as before ${hits.length - after}, as after ${after})`;
      return `${phase} ${hits.length}${said}`;
    });
    const whole = of.filter(({ faults }) => faults.length === 0).length;
    const longestMs = Math.max(0, ...of.map(({ settledMs }) => settledMs));
    console.log(
      `${kind.padEnd(10)}${String(of.length).padStart(3)} kills: ${byPhase.join(', ')}; ` +
        `whole after the retry ${whole}, in at most ${inSeconds(longestMs)}`,
    );
  }
  if (missed > 0)
    console.log(
      `      FAILED: ${missed} phases were hit fewer than ${LEAST} times; try another seed`,
    );
  return missed;
}

/** @param {(string | number)[]} cells */
function row(...cells) {
  const widths = [7, 10, 12, 18, 9, 13, 9, 8];
  console.log(cells.map((cell, index) => String(cell).padEnd(widths[index])).join(''));
}

/** @param {number} ms */
function inSeconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
