// One import, one kill in the middle of it, and what must hold afterwards.
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { entriesOf, LOOK, lookAfter, lookBefore, makeSeed } from './lists.mjs';
import { awaitMoment, awaitStandby, heldPhases, holdClaim, phases } from './moments.mjs';

const READY_MS = 60_000;
// Ten seconds a file stays that no plan waits for, fifteen lie between two sweeps; the rest is for a busy machine.
const EMPTY_MS = 40_000;
const HELD_MS = 80;
const seed = makeSeed();

/**
 * @typedef {object} Lane
 * @property {import('./product.mjs').Product} product
 * @property {import('./importer.mjs').Importer} importer
 * @property {{ serverId: number, rows: number }} bystander a server that no round touches
 * @property {Record<import('./lists.mjs').Format, Partial<Record<import('./moments.mjs').Phase | 'none', number>>>} lasted
 */
/**
 * @typedef {object} Kill
 * @property {number} round
 * @property {import('./product.mjs').Victim} victim
 * @property {import('./product.mjs').Place} place
 * @property {import('./moments.mjs').Phase} target
 * @property {import('./lists.mjs').List} list
 * @property {import('./lists.mjs').Mode} mode
 * @property {number} chance
 */

/**
 * @param {Lane} lane
 * @param {Kill} kill
 */
export async function runRound(lane, kill) {
  const { product, importer } = lane;
  const { round, victim, target, list, mode, chance } = kill;
  const serverId = await importer.addServer(`round ${round}`);
  const afterPlanId = await importAll(importer, {
    ...{ serverId, list: seed, mode: 'merge', key: `seed-${round}` },
  });
  const importsBefore = (await importer.listImports()).length;
  const subject = { serverId, list, mode, key: `round-${round}` };
  const [database, holder] = await Promise.all([product.connect(), product.connect()]);
  // Each second answer is not even made; the others are made, and kept back.
  const waitsForStandby =
    target === 'COMMIT to answer' && Math.floor(round / phases.length) % 2 === 1;
  const doomed = product.find(victim);
  const seen = { isOver: false, isAnswered: false };
  const importing = importOnce(importer, subject, seen, async (planId) => {
    if (target === 'claim') await holdClaim(holder, planId);
    if (target !== 'COMMIT to answer') return;
    product.proxy.hold();
    if (waitsForStandby) await awaitStandby(holder, true);
  });
  const moment = await awaitMoment(database, holder, {
    ...{ serverId, afterPlanId, target },
    forMs: chance * longestMs(lane, kill),
    isOver: () => seen.isOver,
  });
  const killedAt = performance.now();
  product.kill(doomed, 'SIGKILL');
  const heldBytes = product.proxy.heldBytes();
  const { isAnswered } = seen;
  product.proxy.cut();
  await holder.query('rollback').catch(() => {});
  await Promise.all([database, holder].map((client) => client.end().catch(() => {})));
  const faults = /** @type {string[]} */ ([]);

  if (waitsForStandby) await forgetStandby(product);
  await product.restore(victim);
  await awaitReady(importer);
  const readyMs = Math.round(performance.now() - killedAt);
  const after = lookAfter(list.rows, mode);
  const look = await readLook(product, serverId);
  const names = new Map([
    [lookBefore, 'before'],
    [after, 'after'],
  ]);
  const found = names.get(look) ?? 'BETWEEN';
  if (found === 'BETWEEN') faults.push(`between: ${look}`);
  if (target === 'COMMIT to answer' && moment.phase === target && found === 'before')
    faults.push('what was committed is lost');
  const importsFound = (await importer.listImports()).length - importsBefore;
  if (importsFound > 1) faults.push(`${importsFound} changes were found`);
  await importing;

  const isSame = await retry(importer, subject, moment.planId, faults);
  const settledMs = Math.round(performance.now() - killedAt);
  const settled = await readLook(product, serverId);
  if (settled !== after) faults.push(`after the retry: ${settled}`);
  const changes = (await importer.listImports()).slice(0, -importsBefore);
  if (changes.length !== 1) faults.push(`${changes.length} changes after the retry`);
  const entries = await countEntries(product, changes[0]?.id);
  if (entries !== entriesOf(list.rows, mode)) faults.push(`${entries} entries of the change`);
  if ((await importer.countUsers(lane.bystander.serverId)) !== lane.bystander.rows)
    faults.push('another server was touched');
  const isQuiet = await becomes(
    async () => (await importer.countOpenJobs()) === 0 && listUploads(product).length === 0,
    EMPTY_MS,
  );
  if (!isQuiet)
    faults.push(
      `${await importer.countOpenJobs()} jobs open, left in uploads: ${listUploads(product)}`,
    );
  const { phase } = moment;
  return { ...kill, phase, isAnswered, heldBytes, found, isSame, readyMs, settledMs, faults };
}
/** @typedef {Awaited<ReturnType<typeof runRound>>} Outcome */

/**
 * @param {Lane} lane
 * @param {Kill} kill
 */
function longestMs({ lasted }, { target, list }) {
  // What is committed is answered within milliseconds.
  if (target === 'COMMIT to answer') return 2;
  if (target === 'after COMMIT') return 20;
  if (heldPhases.includes(target)) return HELD_MS;
  // Not to its very end, which lies elsewhere each time.
  return 0.5 * Math.min(lasted[list.format][target] ?? 30, 1_000);
}

/**
 * An import that nothing disturbs; gives its plan's id.
 * @param {import('./importer.mjs').Importer} importer
 * @param {import('./importer.mjs').Upload} upload
 */
export async function importAll(importer, upload) {
  const { id } = await importer.insist(...importer.uploadOf(upload));
  await importer.awaitPlan(id, ['ready']);
  await importer.insist(...importer.commitOf(id, `${upload.key}-commit`));
  await importer.awaitPlan(id, ['committed']);
  return /** @type {number} */ (id);
}

/**
 * The import that the kill cuts: whatever is not answered stays unknown.
 * @param {import('./importer.mjs').Importer} importer
 * @param {import('./importer.mjs').Upload} upload
 * @param {{ isOver: boolean, isAnswered: boolean }} seen
 * @param {(planId: number) => Promise<void>} [beforeCommit]
 */
export async function importOnce(importer, upload, seen, beforeCommit = async () => {}) {
  try {
    const { status, body } = await importer.call(...importer.uploadOf(upload));
    if (status >= 400) return;
    for (let { id, state } = body; state === 'parsing'; await sleep(50))
      state = (await importer.call('GET', `/plans/${id}`)).body.state;
    await beforeCommit(body.id);
    const commit = await importer.call(...importer.commitOf(body.id, `${upload.key}-commit`));
    seen.isAnswered = commit.status === 200;
    for (let state = 'committing'; state === 'committing'; await sleep(250))
      state = (await importer.call('GET', `/plans/${body.id}`)).body.state;
  } catch {
    // The kill cut it; the retry finds out what became of it.
  } finally {
    seen.isOver = true;
  }
}

/**
 * Sends the same commands under the same keys until they are answered, and once more when all is done.
 * Gives whether both answered the same.
 * @param {import('./importer.mjs').Importer} importer
 * @param {import('./importer.mjs').Upload} upload
 * @param {number | undefined} planId
 * @param {string[]} faults
 */
async function retry(importer, upload, planId, faults) {
  try {
    const { id } = await importer.insist(...importer.uploadOf(upload));
    if (planId !== undefined && id !== planId) faults.push(`plan ${id} instead of ${planId}`);
    await importer.awaitPlan(id, ['ready', 'committing', 'committed']);
    const commit = importer.commitOf(id, `${upload.key}-commit`);
    const first = effectOf(await importer.insist(...commit));
    await importer.awaitPlan(id, ['committed']);
    const again = effectOf(await importer.insist(...commit));
    if (again !== first) faults.push(`${again} instead of ${first}`);
    return again === first;
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
    return false;
  }
}

/** @param {{ jobId: string | null, changeId: number | null }} committed */
function effectOf({ jobId, changeId }) {
  return changeId === null ? `job ${jobId}` : `change ${changeId}`;
}

/**
 * @param {import('./product.mjs').Product} product
 * @param {number} serverId
 */
async function readLook(product, serverId) {
  return (await ask(product, LOOK, [serverId])).look;
}

/**
 * @param {import('./product.mjs').Product} product
 * @param {number} changeId
 */
async function countEntries(product, changeId) {
  const counting = `select count(*)::integer as entries from entries where change_id = $1 and table_name = 'users'`;
  return (await ask(product, counting, [changeId])).entries;
}

/**
 * @param {import('./product.mjs').Product} product
 * @param {string} text
 * @param {unknown[]} values
 */
async function ask(product, text, values) {
  const database = await product.connect();
  try {
    return (await database.query(text, values)).rows[0];
  } finally {
    await database.end();
  }
}

/** @param {import('./product.mjs').Product} product */
async function forgetStandby(product) {
  const isDone = () =>
    product.connect().then(
      (database) =>
        awaitStandby(database, false).then(
          () => database.end().then(() => true),
          () => false,
        ),
      () => false,
    );
  if (!(await becomes(isDone, READY_MS))) throw new Error('the standby could not be forgotten');
}

/** @param {import('./importer.mjs').Importer} importer */
async function awaitReady(importer) {
  const isReady = () =>
    importer.call('GET', '/servers').then(
      ({ status }) => status === 200,
      () => false,
    );
  if (!(await becomes(isReady, READY_MS))) throw new Error(`not ready in ${READY_MS / 1000} s`);
}

/** @param {import('./product.mjs').Product} product */
function listUploads({ uploads }) {
  return fs.existsSync(uploads) ? fs.readdirSync(uploads) : [];
}

/**
 * @param {() => Promise<boolean>} isSo
 * @param {number} withinMs
 */
async function becomes(isSo, withinMs) {
  for (const startedAt = Date.now(); !(await isSo()); await sleep(100))
    if (Date.now() - startedAt > withinMs) return false;
  return true;
}
