// One snapshot, merge or replacement, one kill in the middle of it, and what must hold afterwards.
import { setTimeout as sleep } from 'node:timers/promises';
import { awaitMoment, awaitQuiet } from './snapshot-moments.mjs';
import { readState } from './snapshot-state.mjs';

const READY_MS = 60_000;

/**
 * @typedef {object} Known a snapshot and the state that it is of
 * @property {number} id
 * @property {import('./snapshot-state.mjs').State} state
 */
/**
 * @typedef {object} Lane
 * @property {import('./product.mjs').Product} product
 * @property {import('./keeper.mjs').Keeper} keeper
 * @property {string} folder where snapshots lie
 * @property {[Known, Known]} known two states, each of which a restore leads to from the other
 * @property {Known[]} made in rounds
 * @property {Set<string>} states that the data was ever in, as hashes of the whole
 * @property {Record<import('./snapshot-moments.mjs').Kind, Record<string, number>>} lasted
 */
/**
 * @typedef {object} Round
 * @property {number} round
 * @property {import('./snapshot-moments.mjs').Kind} kind
 * @property {import('./product.mjs').Victim} victim
 * @property {import('./snapshot-moments.mjs').Phase} target
 * @property {number} chance
 * @property {boolean} isTakenOver left to the next worker; else stopped and asked for again
 */

/**
 * @param {Lane} lane
 * @param {Round} plan
 */
export async function runRound(lane, { round, kind, victim, target, chance, isTakenOver }) {
  const { product, folder } = lane;
  const faults = /** @type {string[]} */ ([]);
  let database = await connect(product);
  const before = await readState(database);
  const begun = await begin(lane, kind, before, `round-${round}`);
  const doomed = product.find(victim);

  // Phases are measured at rest, and some are over sooner the second time.
  const share = { before: chance / 3, during: chance * 0.8, after: chance }[target];
  const forMs = share * Math.min(lane.lasted[kind][target] ?? 30, 5_000);
  const { jobId } = begun;
  const phase = await awaitMoment(database, { kind, folder, jobId, target, forMs });
  const killedAt = performance.now();
  product.kill(doomed, 'SIGKILL');

  await database.end().catch(() => {});
  await sleep(20);
  database = await connect(product);
  await awaitQuiet(database);
  const found = judge(begun, before, await readState(database), faults);
  await awaitReady(product);
  const readyMs = Math.round(performance.now() - killedAt);

  const again = await begun.repeat();
  if (again !== jobId) faults.push(`the same command made job ${again} instead of ${jobId}`);
  const job = await settle(lane, begun, jobId, isTakenOver, faults);
  if (job.state !== 'done') faults.push(`after the retry: ${JSON.stringify(job)}`);
  const now = await readState(database);
  const after = judge(begun, before, now, faults);
  for (const { whole } of [before, now]) lane.states.add(whole);
  if (after !== 'after') faults.push('the retry came to nothing');
  if (kind === 'snapshot') await keepMade(lane, before, job, faults);
  const settledMs = Math.round(performance.now() - killedAt);
  await database.end();
  return { round, kind, victim, target, phase, found, readyMs, settledMs, isTakenOver, faults };
}
/** @typedef {Awaited<ReturnType<typeof runRound>>} Outcome */

/**
 * @typedef {object} Begun
 * @property {string} jobId
 * @property {() => Promise<string>} repeat the same command under the same key
 * @property {(key: string) => Promise<string>} renew
 * @property {'merge' | 'replace' | 'snapshot'} kind
 * @property {import('./snapshot-state.mjs').State} wanted
 */

/**
 * @param {Lane} lane
 * @param {import('./snapshot-moments.mjs').Kind} kind
 * @param {import('./snapshot-state.mjs').State} before
 * @param {string} key
 * @returns {Promise<Begun>}
 */
export async function begin({ keeper, known }, kind, before, key) {
  if (kind === 'snapshot') {
    const ask = keeper.askForSnapshot;
    const jobId = await ask(key);
    return { jobId, repeat: () => ask(key), renew: ask, kind, wanted: before };
  }
  const target = known[known[0].state.content === before.content ? 1 : 0];
  const planId = await keeper.planRestore(kind, target.id);
  const commit = (/** @type {string} */ name) => keeper.commit(planId, kind, name);
  const jobId = await commit(key);
  return { jobId, repeat: () => commit(key), renew: commit, kind, wanted: target.state };
}

/**
 * Whether all is as it was or as it is to be; anything else is a fault.
 * @param {Begun} begun
 * @param {import('./snapshot-state.mjs').State} before
 * @param {import('./snapshot-state.mjs').State} now
 * @param {string[]} faults
 */
function judge({ kind, wanted }, before, now, faults) {
  if (now.apart !== before.apart) faults.push('accounts or grants were touched');
  const restores = now.restores - before.restores;
  const listed = now.listed - before.listed;
  if (kind === 'snapshot') {
    if (now.whole !== before.whole || restores !== 0) faults.push('a snapshot altered the data');
    if (listed > 1) faults.push(`${listed} snapshots are listed for one`);
    return listed === 0 ? 'before' : 'after';
  }
  if (now.whole === before.whole) {
    if (restores !== 0) faults.push(`nothing is other, and the log has ${restores} restores`);
    return 'before';
  }
  const isAfter = kind === 'replace' ? now.whole === wanted.whole : now.content === wanted.content;
  if (!isAfter) {
    faults.push('the data is as neither before nor after');
    return 'a third';
  }
  if (restores !== 1) faults.push(`the log has ${restores} restores`);
  return 'after';
}

/**
 * @param {Lane} lane
 * @param {Begun} begun
 * @param {string} jobId
 * @param {boolean} isTakenOver
 * @param {string[]} faults
 */
async function settle({ keeper }, { renew }, jobId, isTakenOver, faults) {
  if (isTakenOver || !(await keeper.stop(jobId))) return keeper.awaitJob(jobId);
  for (let tries = 1; ; tries += 1) {
    const job = await keeper.awaitJob(await renew(`${jobId}-${tries}`));
    // Who died may hold the lock of restores until its server has noticed.
    if (job.failure?.code !== 'restore_running' || tries === 10) return job;
    faults.push(...(tries > 5 ? ['the lock of a dead restore was held for long'] : []));
    await sleep(1_000);
  }
}

/**
 * @param {Lane} lane
 * @param {import('./snapshot-state.mjs').State} state
 * @param {{ id: string }} job
 * @param {string[]} faults
 */
async function keepMade({ keeper, known, made }, state, job, faults) {
  const seen = new Set([...known, ...made].map(({ id }) => id));
  const asked = (await keeper.listSnapshots()).filter(
    (/** @type {any} */ one) => one.reason === 'asked' && !seen.has(one.id),
  );
  if (asked.length !== 1) faults.push(`${asked.length} snapshots are new in the list (${job.id})`);
  for (const { id, verifyFailure } of asked) {
    made.push({ id, state });
    if (verifyFailure !== null) faults.push(`snapshot ${id}: ${verifyFailure}`);
  }
}

/**
 * As soon as PostgreSQL is there again.
 * @param {import('./product.mjs').Product} product
 */
export async function connect(product) {
  for (const startedAt = Date.now(); ; await sleep(100)) {
    try {
      return await product.connect();
    } catch (error) {
      if (Date.now() - startedAt > READY_MS) throw error;
    }
  }
}

/** @param {import('./product.mjs').Product} product */
async function awaitReady({ origin }) {
  const address = new URL('/api/health', origin);
  for (const startedAt = Date.now(); ; await sleep(50)) {
    const isReady = await fetch(address, { signal: AbortSignal.timeout(5_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    if (Date.now() - startedAt > READY_MS) throw new Error(`not ready in ${READY_MS / 1000} s`);
  }
}
