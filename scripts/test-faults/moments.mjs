// At which moment of an import a kill hits: told by PostgreSQL itself, from beside the product.
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * In the order of an import. `claim`: the commit's job is put in line, and its request not answered. `after COMMIT`:
 * of a job, whose client has not heard of it. `COMMIT to answer`: of a request that commits a small list itself.
 */
export const phases = /** @type {const} */ ([
  'parse',
  'plan',
  'claim',
  'load',
  'before COMMIT',
  'after COMMIT',
  'COMMIT to answer',
]);
/** @typedef {(typeof phases)[number]} Phase */

/** Too short to be met by chance: a row lock held from outside, or the answer, keeps them open. */
export const heldPhases = /** @type {readonly Phase[]} */ ([
  'claim',
  'before COMMIT',
  'COMMIT to answer',
]);

const SEEN = `
  select plan.id as "planId", plan.state as plan, job.state as job, job.kind as kind, coalesce(at.statements, '') as statements,
    "isUnanswered"
  from plans plan left join jobs job on job.id::text = plan.job_id::text
  cross join (select string_agg(case when wait_event_type = 'Lock' then 'waits: ' else '' end || left(query, 60), ';') as statements
    from pg_stat_activity where usename = 'cmp_app' and state in ('active', 'idle in transaction')) at
  cross join (select exists (select from pg_stat_activity session join pg_locks held using (pid)
    where wait_event = 'SyncRep' and held.relation = 'changes'::regclass) as "isUnanswered") standby
  where plan.subject ->> 'serverId' = $1::text and plan.id > $2 order by plan.id desc limit 1`;

/**
 * Follows an import to a phase, then on for a random time, and gives the phase of the last look.
 * @param {any} database
 * @param {any} holder another connection, which holds locks
 * @param {{ serverId: number, afterPlanId: number, target: Phase, forMs: number, isOver: () => boolean }} wanted
 * @returns {Promise<{ phase: Phase | 'none', planId: number | undefined }>}
 */
export async function awaitMoment(database, holder, wanted) {
  const { serverId, afterPlanId, target, forMs, isOver } = wanted;
  let isHeld = false;
  let reachedAt = 0;
  for (;;) {
    const { rows } = await database.query(SEEN, [serverId, afterPlanId]);
    const phase = phaseOf(rows[0]);
    // A job's last statement waits for its row.
    if (target === 'before COMMIT' && !isHeld && phase === 'load') {
      await holder.query('begin');
      await holder.query(
        `select from jobs where id::text = (select job_id::text from plans where id = $1) for update`,
        [rows[0].planId],
      );
      isHeld = true;
    }
    if (!reachedAt && phase !== 'none' && phases.indexOf(phase) >= phases.indexOf(target))
      reachedAt = performance.now();
    if ((reachedAt && performance.now() - reachedAt >= forMs) || isOver())
      return { phase, planId: rows[0]?.planId };
    await sleep(1);
  }
}

/**
 * The request that puts a commit's job in line waits for the plan's row; a foreign key to it does not.
 * @param {any} holder
 * @param {number} planId
 */
export async function holdClaim(holder, planId) {
  await holder.query('begin');
  await holder.query('select from plans where id = $1 for no key update', [planId]);
}

/**
 * A COMMIT that is written waits for a standby that never comes: nobody hears of it, and it is there all the same.
 * @param {any} database
 * @param {boolean} isWanted
 */
export async function awaitStandby(database, isWanted) {
  await database.query(
    `alter system set synchronous_standby_names = '${isWanted ? 'nobody' : ''}'`,
  );
  await database.query('select pg_reload_conf()');
  // The postmaster hands it on; a backend reads it before its next command.
  if (isWanted) await sleep(100);
}

/**
 * How long each phase lasts when nothing is killed.
 * @param {any} database
 * @param {number} serverId
 * @param {() => boolean} isOver
 */
export async function measurePhases(database, serverId, isOver) {
  const lasted = /** @type {Partial<Record<Phase | 'none', number>>} */ ({});
  for (let before = performance.now(); !isOver(); await sleep(1)) {
    const { rows } = await database.query(SEEN, [serverId, 0]);
    const now = performance.now();
    const phase = phaseOf(rows[0]);
    lasted[phase] = (lasted[phase] ?? 0) + now - before;
    before = now;
  }
  return lasted;
}

/**
 * @param {{ plan: string, job: string, kind: string, statements: string, isUnanswered: boolean } | undefined} seen
 * @returns {Phase | 'none'}
 */
function phaseOf(seen) {
  if (!seen) return 'none';
  const { plan, job, kind, statements, isUnanswered } = seen;
  if (isUnanswered) return 'COMMIT to answer';
  if (plan === 'ready') return /waits: update "plans"/.test(statements) ? 'claim' : 'none';
  if (plan === 'parsing')
    return /with file as|analyze import_rows/.test(statements) ? 'plan' : 'parse';
  if (plan === 'committed') return kind === 'import:commit' ? 'after COMMIT' : 'COMMIT to answer';
  if (job === 'waiting') return 'claim';
  return /waits: update "jobs" set "state"|update "plans" set "state" = .*committed/.test(
    statements,
  )
    ? 'before COMMIT'
    : 'load';
}
