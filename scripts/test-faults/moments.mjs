// At which moment of an import a kill hits: told by PostgreSQL itself, from beside the product.
import { setTimeout as sleep } from 'node:timers/promises';

/** In the order of an import. `claim`: between a commit's job being put in line and its request's answer. */
export const phases = /** @type {const} */ ([
  'parse',
  'plan',
  'claim',
  'load',
  'before COMMIT',
  'COMMIT to answer',
]);
/** @typedef {(typeof phases)[number]} Phase */

const SEEN = `
  select plan.id as "planId", plan.state as plan, job.state as job, job.kind as kind, coalesce(at.statements, '') as statements
  from plans plan left join jobs job on job.id::text = plan.job_id::text
  cross join (select string_agg(case when wait_event_type = 'Lock' then 'waits: ' else '' end || left(query, 60), ';') as statements
    from pg_stat_activity where usename = 'cmp_app' and state in ('active', 'idle in transaction')) at
  where plan.subject ->> 'serverId' = $1::text order by plan.id desc limit 1`;

/**
 * Follows an import to a phase, then on for a random time, and gives the phase of the last look.
 * @param {any} database
 * @param {{ serverId: number, target: Phase, forMs: number, isOver: () => boolean }} wanted
 * @returns {Promise<{ phase: Phase | 'none', planId: number | undefined, release: () => Promise<void> }>}
 */
export async function awaitMoment(database, { serverId, target, forMs, isOver }) {
  let isHeld = false;
  let reachedAt = 0;
  for (;;) {
    // Within a transaction the activity would be that of its first look.
    if (isHeld) await database.query('select pg_stat_clear_snapshot()');
    const { rows } = await database.query(SEEN, [serverId]);
    const phase = phaseOf(rows[0]);
    // A job's last statement waits for its row: that holds open a moment too short to be met by chance.
    if (target === 'before COMMIT' && !isHeld && phase === 'load') {
      await database.query('begin');
      await database.query(
        `select from jobs where id::text = (select job_id::text from plans where id = $1) for update`,
        [rows[0].planId],
      );
      isHeld = true;
    }
    if (!reachedAt && phase !== 'none' && phases.indexOf(phase) >= phases.indexOf(target))
      reachedAt = performance.now();
    if ((reachedAt && performance.now() - reachedAt >= forMs) || isOver()) {
      const release = async () => void (await database.query('rollback').catch(() => {}));
      return { phase, planId: rows[0]?.planId, release };
    }
    await sleep(1);
  }
}

/**
 * How long each phase lasts when nothing is killed.
 * @param {any} database
 * @param {number} serverId
 * @param {() => boolean} isOver
 */
export async function measurePhases(database, serverId, isOver) {
  const lasted = /** @type {Record<string, number>} */ ({});
  for (let before = performance.now(); !isOver(); await sleep(1)) {
    const { rows } = await database.query(SEEN, [serverId]);
    const now = performance.now();
    const phase = phaseOf(rows[0]);
    lasted[phase] = (lasted[phase] ?? 0) + now - before;
    before = now;
  }
  return lasted;
}

/**
 * @param {{ plan: string, job: string, kind: string, statements: string } | undefined} seen
 * @returns {Phase | 'none'}
 */
function phaseOf(seen) {
  if (!seen || seen.plan === 'ready') return 'none';
  const { plan, job, statements } = seen;
  if (plan === 'parsing')
    return /with file as|analyze import_rows/.test(statements) ? 'plan' : 'parse';
  if (plan === 'committed') return 'COMMIT to answer';
  if (job === 'waiting') return 'claim';
  return /waits: update "jobs" set "state"|update "plans" set "state" = .*committed/.test(
    statements,
  )
    ? 'before COMMIT'
    : 'load';
}
