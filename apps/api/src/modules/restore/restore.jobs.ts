import { rm } from 'node:fs/promises';
import type { PlanFailure } from '@cmp/shared/changes';
import type { Db, Trx } from '#database/client.ts';
import type { JobWorks, RunningJob } from '#modules/jobs/jobs.service.ts';
import { fillLegacyPlan, writeLegacy } from '#modules/legacy/legacy.service.ts';
import { getPlan, setPlanState } from '#modules/plans/plans.service.ts';
import { rehearse } from './drill.service.ts';
import { readRestore } from './read.service.ts';
import { type RestorePlace, uploadOf } from './restore.service.ts';
import { clearEntries } from './restore-plans.repository.ts';
import { writeRestore } from './write.service.ts';

/** What a restore's jobs do. */
export function restoreWorks(
  place: RestorePlace & { tell?: ((failure: unknown) => void) | undefined },
): JobWorks {
  const { uploadsDir } = place;
  return {
    'restore:read': {
      run: async (db, job) => {
        if (!(await isLegacyPlan(db, job))) return readRestore(db, place, job);
        await readLegacy(db, uploadOf(uploadsDir, job.planId), job);
      },
      abandon: (trx, planId, failure) => giveUp(trx, planId, failure),
      clear: async () => {},
    },
    'restore:write': {
      run: async (db, job) =>
        (await isLegacyPlan(db, job))
          ? writeLegacy(db, job, place.keys.tokens)
          : writeRestore(db, place, job),
      abandon: (trx, planId) => setPlanState(trx, planId, 'committing', { state: 'ready' }),
      clear: async () => {},
    },
    'snapshot:drill': { runTask: (db, task) => rehearse(db, place, task) },
  };
}

async function isLegacyPlan(db: Db, { actor, planId }: RunningJob): Promise<boolean> {
  return (await getPlan(db, actor, planId)).action === 'legacy:import';
}

/** A run that died may have read a part of the file, or all of it but its own end. */
async function readLegacy(db: Db, path: string, job: RunningJob): Promise<void> {
  const { state } = await getPlan(db, job.actor, job.planId);
  if (state === 'parsing') {
    await clearEntries(db, job.planId);
    const progress = (done: number) => job.progress({ phase: 'reading', done });
    await fillLegacyPlan(db, job.planId, path, { signal: job.signal, progress });
  }
  await db.transaction().execute((trx) => job.finish(trx, 'plan'));
  await rm(path, { force: true });
}

function giveUp(trx: Trx, planId: number, failure: PlanFailure): Promise<void> {
  return setPlanState(trx, planId, 'parsing', { state: 'failed', failure });
}
