import type { Committed, Plan } from '@cmp/shared/changes';
import type { JobKind } from '@cmp/shared/jobs';
import type { Action } from '@cmp/shared/permissions';
import type { Db, Trx } from '#database/client.ts';
import { once } from '#modules/changes/changes.service.ts';
import { type JobWork, type RunningJob, startJob } from '#modules/jobs/jobs.service.ts';
import type { JobQueue } from '#modules/jobs/queue.ts';
import type { Actor } from '#plugins/access.ts';
import { commitInChange, committedBefore, getPlan, setPlanState } from './plans.service.ts';

/** The most rows that are written while the request waits. */
export const rowsAtOnce = 1_000;

/** Claims a plan for a job that makes it real; `check` refuses what the request itself should hear of. */
export async function commitByJob(
  db: Db,
  queue: JobQueue,
  actor: Actor,
  { id, state, subject }: Plan,
  kind: JobKind,
  check: (trx: Trx) => Promise<void> = async () => {},
): Promise<Committed> {
  const { jobId } = await once(db, actor, async (trx) => {
    if (state === 'committed') throw committedBefore();
    await check(trx);
    const job = await startJob(trx, queue, actor, { kind, planId: id, subject });
    await setPlanState(trx, id, 'ready', { state: 'committing', jobId: job });
    return { jobId: job };
  });
  queue.wake(kind);
  return { plan: await getPlan(db, actor, id), changeId: null, jobId };
}

/** A job that makes a plan real in one change. One that comes to nothing leaves the plan ready again. */
export function commitWork(
  action: Action,
  write: (trx: Trx, actor: Actor, plan: Plan, progress: RunningJob['progress']) => Promise<void>,
  undoes: (plan: Plan) => number | undefined = () => undefined,
): JobWork {
  return {
    run: async (db, { planId, actor, progress, finish }) => {
      const plan = await getPlan(db, actor, planId);
      const undoesChangeId = undoes(plan);
      const change = { id: planId, action, ...(undoesChangeId && { undoesChangeId }) };
      await commitInChange(db, actor, change, 'committing', async (trx) => {
        await write(trx, actor, plan, progress);
        progress({ phase: 'committing' });
        await finish(trx, 'change');
      });
    },
    abandon: (trx, planId) => setPlanState(trx, planId, 'committing', { state: 'ready' }),
    clear: async () => {},
  };
}
