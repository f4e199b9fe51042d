import { rm } from 'node:fs/promises';
import type { PlanFailure } from '@cmp/shared/changes';
import type { Trx } from '#database/client.ts';
import type { JobWorks } from '#modules/jobs/jobs.service.ts';
import { fillLegacyPlan } from '#modules/legacy/legacy.service.ts';
import { getPlan, setPlanState } from '#modules/plans/plans.service.ts';
import { rehearse } from './drill.service.ts';
import { readRestore } from './read.service.ts';
import { type RestorePlace, uploadOf } from './restore.service.ts';
import { writeRestore } from './write.service.ts';

/** What a restore's jobs do. */
export function restoreWorks(
  place: RestorePlace & { tell?: ((failure: unknown) => void) | undefined },
): JobWorks {
  const { uploadsDir } = place;
  return {
    'restore:read': {
      run: async (db, job) => {
        const { action } = await getPlan(db, job.actor, job.planId);
        if (action !== 'legacy:import') return readRestore(db, place, job);
        const progress = (done: number) => job.progress({ phase: 'reading', done });
        await fillLegacyPlan(db, job.planId, uploadOf(uploadsDir, job.planId), {
          signal: job.signal,
          progress,
        });
        await db.transaction().execute((trx) => job.finish(trx, 'plan'));
        await rm(uploadOf(uploadsDir, job.planId), { force: true });
      },
      abandon: (trx, planId, failure) => giveUp(trx, planId, failure),
      clear: async () => {},
    },
    'restore:write': {
      run: (db, job) => writeRestore(db, place, job),
      abandon: (trx, planId) => setPlanState(trx, planId, 'committing', { state: 'ready' }),
      clear: async () => {},
    },
    'snapshot:drill': { runTask: (db, task) => rehearse(db, place, task) },
  };
}

function giveUp(trx: Trx, planId: number, failure: PlanFailure): Promise<void> {
  return setPlanState(trx, planId, 'parsing', { state: 'failed', failure });
}
