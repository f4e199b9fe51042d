// At which moment of a snapshot or a restore a kill hits: told by PostgreSQL and by the folder, from beside.
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** `during`: the file is being written, or the one transaction that alters the data is open. */
export const phases = /** @type {const} */ (['before', 'during', 'after']);
/** @typedef {(typeof phases)[number]} Phase */
/** @typedef {'snapshot' | 'merge' | 'replace'} Kind */

const WRITERS = `
  select from pg_locks lock join pg_database on pg_database.oid = lock.database and datname = current_database()
  where relation in ('public.users'::regclass, 'public.servers'::regclass) and granted
    and mode in ('RowExclusiveLock', 'AccessExclusiveLock') limit 1`;
const IMPATIENT = `set lock_timeout = '5ms'`;
const JOB = 'select state from jobs where id::text = $1';

/**
 * Follows a job to a phase, then on for a random time, and gives the phase of the last look.
 * @param {any} database
 * @param {{ kind: Kind, folder: string, jobId: string, target: Phase, forMs: number }} wanted
 * @returns {Promise<Phase>}
 */
export async function awaitMoment(database, { target, forMs, ...job }) {
  await database.query(IMPATIENT);
  let reachedAt = 0;
  for (;;) {
    const phase = await look(database, job);
    if (!reachedAt && phases.indexOf(phase) >= phases.indexOf(target))
      reachedAt = performance.now();
    if (phase === 'after' || (reachedAt && performance.now() - reachedAt >= forMs)) return phase;
    await sleep(1);
  }
}

/**
 * How long each phase lasts when nothing is killed.
 * @param {any} database
 * @param {{ kind: Kind, folder: string, jobId: string }} job
 */
export async function measurePhases(database, job) {
  await database.query(IMPATIENT);
  const lasted = { before: 0, during: 0, after: 20 };
  for (let before = performance.now(); ; await sleep(1)) {
    const phase = await look(database, job);
    if (phase === 'after') {
      await database.query('reset lock_timeout');
      return lasted;
    }
    lasted[phase] += performance.now() - before;
    before = performance.now();
  }
}

/**
 * @param {any} database
 * @param {{ kind: Kind, folder: string, jobId: string }} job
 * @returns {Promise<Phase>}
 */
async function look(database, { kind, folder, jobId }) {
  if (kind !== 'snapshot' && (await database.query(WRITERS)).rowCount > 0) return 'during';
  try {
    const { rows } = await database.query(JOB, [jobId]);
    if (!['waiting', 'running'].includes(rows[0]?.state)) return 'after';
  } catch (error) {
    // A replacement keeps everybody from its tables.
    if (error instanceof Error && 'code' in error && error.code === '55P03') return 'during';
    throw error;
  }
  if (kind !== 'snapshot') return 'before';
  // Written, but not listed yet, is still in the middle.
  const listed = await database.query('select file_name from snapshots');
  const names = new Set(listed.rows.map((/** @type {any} */ row) => row.file_name));
  return listFiles(folder).some((name) => !names.has(name)) ? 'during' : 'before';
}

/**
 * Until nobody who died is at the data any more: a server finds that out when its statement has ended.
 * @param {any} database
 */
export async function awaitQuiet(database) {
  while ((await database.query(WRITERS)).rowCount > 0) await sleep(20);
}

/** @param {string} folder */
export function listFiles(folder) {
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}
