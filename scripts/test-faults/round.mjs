// One import, one kill in the middle of it, and what must hold afterwards.
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { awaitMoment } from './moments.mjs';

const READY_MS = 60_000;
const EMPTY_MS = 10_000;

/**
 * @typedef {object} Lane
 * @property {import('./product.mjs').Product} product
 * @property {import('./importer.mjs').Importer} importer
 * @property {string} file
 * @property {number} rows
 * @property {number} bystander a server that no round touches
 * @property {Record<string, number>} lasted
 */

/**
 * @param {Lane} lane
 * @param {{ round: number, victim: import('./product.mjs').Victim, target: import('./moments.mjs').Phase, chance: number }} plan
 */
export async function runRound(lane, { round, victim, target, chance }) {
  const { product, importer, file, rows } = lane;
  const serverId = await importer.addServer(`round ${round}`);
  const importsBefore = (await importer.listImports()).length;
  const keys = { upload: `upload-${round}`, commit: `commit-${round}` };
  const doomed = product.find(victim);
  const database = await product.connect();
  const seen = { isOver: false, isAnswered: false };
  const importing = importOnce(importer, { serverId, file, keys }, seen);
  const forMs = chance * Math.min(lane.lasted[target] ?? 30, 1_000);
  const moment = await awaitMoment(database, {
    serverId,
    target,
    forMs,
    isOver: () => seen.isOver,
  });
  const killedAt = performance.now();
  product.kill(doomed, 'SIGKILL');
  const { isAnswered } = seen;
  await moment.release();
  await database.end().catch(() => {});
  await importing;
  const faults = /** @type {string[]} */ ([]);

  await awaitReady(importer);
  const readyMs = Math.round(performance.now() - killedAt);
  const found = await importer.countUsers(serverId);
  if (found !== 0 && found !== rows) faults.push(`${found} of ${rows} users were found`);
  const importsFound = (await importer.listImports()).length - importsBefore;
  if (importsFound > 1) faults.push(`${importsFound} changes were found`);

  const after = await retry(lane, { serverId, keys, planId: moment.planId }, faults);
  const settledMs = Math.round(performance.now() - killedAt);
  const imports = (await importer.listImports()).length - importsBefore;
  if (after !== rows) faults.push(`${after} of ${rows} users after the retry`);
  if (imports !== 1) faults.push(`${imports} changes after the retry`);
  if ((await importer.countUsers(lane.bystander)) !== rows)
    faults.push('another server was touched');
  const isQuiet = await becomes(
    async () => (await importer.countOpenJobs()) === 0 && listUploads(product).length === 0,
    EMPTY_MS,
  );
  if (!isQuiet)
    faults.push(
      `${await importer.countOpenJobs()} jobs open, left in uploads: ${listUploads(product)}`,
    );
  const phase = moment.phase;
  return { round, victim, target, phase, isAnswered, found, after, readyMs, settledMs, faults };
}
/** @typedef {Awaited<ReturnType<typeof runRound>>} Outcome */

/**
 * The import that the kill cuts: whatever is not answered stays unknown.
 * @param {import('./importer.mjs').Importer} importer
 * @param {{ serverId: number, file: string, keys: { upload: string, commit: string } }} subject
 * @param {{ isOver: boolean, isAnswered: boolean }} seen
 */
export async function importOnce(importer, { serverId, file, keys }, seen) {
  try {
    const upload = await importer.call(...importer.uploadOf({ serverId, file, key: keys.upload }));
    if (upload.status >= 400) return;
    for (let { id, state } = upload.body; state === 'parsing'; await sleep(50))
      state = (await importer.call('GET', `/plans/${id}`)).body.state;
    const commit = await importer.call(...importer.commitOf(upload.body.id, keys.commit));
    seen.isAnswered = commit.status === 200;
    for (let state = 'committing'; state === 'committing'; await sleep(250))
      state = (await importer.call('GET', `/plans/${upload.body.id}`)).body.state;
  } catch {
    // The kill cut it; the retry finds out what became of it.
  } finally {
    seen.isOver = true;
  }
}

/**
 * Sends the same commands under the same keys until they are answered, and once more when all is done.
 * @param {Lane} lane
 * @param {{ serverId: number, keys: { upload: string, commit: string }, planId: number | undefined }} cut
 * @param {string[]} faults
 */
async function retry({ importer, file }, { serverId, keys, planId }, faults) {
  try {
    const upload = importer.uploadOf({ serverId, file, key: keys.upload });
    const { id } = await importer.insist(...upload);
    if (planId !== undefined && id !== planId) faults.push(`plan ${id} instead of ${planId}`);
    await importer.awaitPlan(id, ['ready', 'committing', 'committed']);
    const commit = importer.commitOf(id, keys.commit);
    const { jobId } = await importer.insist(...commit);
    await importer.awaitPlan(id, ['committed']);
    const again = await importer.insist(...commit);
    if (again.jobId !== jobId) faults.push(`job ${again.jobId} instead of ${jobId}`);
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  }
  return importer.countUsers(serverId);
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
