import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Plan } from '@cmp/shared/changes';
import { ErrorCode } from '@cmp/shared/errors';
import { type ImportMode, importModes } from '@cmp/shared/workbook';
import * as z from 'zod';
import type { Db, Trx } from '#database/client.ts';
import { AppError, notFound } from '#lib/errors.ts';
import { once } from '#modules/changes/changes.service.ts';
import { type JobWorks, type RunningJob, startJob } from '#modules/jobs/jobs.service.ts';
import type { JobQueue } from '#modules/jobs/queue.ts';
import { commitByJob, commitWork, rowsAtOnce } from '#modules/plans/plan-jobs.service.ts';
import {
  type Committer,
  commitInChange,
  createPlan,
  finishPlan,
  getPlan,
  holdPlannedRows,
  listWindows,
  planMoved,
  setPlanState,
  type Window,
} from '#modules/plans/plans.service.ts';
import { getServer } from '#modules/servers/servers.service.ts';
import { servicesSold } from '#modules/services/services.service.ts';
import { readGeneral } from '#modules/settings/settings.service.ts';
import { writePlannedUsers } from '#modules/users/planned-users.service.ts';
import { holdLivingServer } from '#modules/users/users.service.ts';
import { type Actor, requireOnServer } from '#plugins/access.ts';
import { readBounded } from './bounded-reader.ts';
import {
  addImported,
  compareWithUsers,
  hasLostService,
  listPlansBeingRead,
  saveJobOfPlan,
  withStaging,
} from './imports.repository.ts';

/** What an import needs beside the database. */
export interface ImportPlace {
  queue: JobQueue;
  /** Where an uploaded file waits for its reading. */
  folder: string;
}

const Subject = z.object({
  serverId: z.int(),
  serverName: z.string(),
  fileName: z.string(),
  mode: z.enum(importModes),
});

/**
 * Begins to read an uploaded file into a plan. Most files are read while the request waits, and one that is
 * refused is refused here; of a longer one the plan is given as it is, and its job goes on.
 */
export async function startImport(
  db: Db,
  { queue, folder }: ImportPlace,
  actor: Actor,
  serverId: number,
  mode: ImportMode,
  upload: { path: string; fileName: string },
): Promise<Plan> {
  const { name: serverName } = await getServer(db, actor.scope, serverId);
  requireRights(actor, serverId, mode);

  const fileName = upload.fileName
    .toWellFormed()
    .replace(/\p{Cc}/gu, '')
    .slice(0, 200);
  const { planId } = await once(db, actor, async (trx) => {
    const subject = { serverId, serverName, fileName, mode };
    const id = await createPlan(trx, actor, {
      action: 'users:import',
      state: 'parsing',
      subject,
      serverIds: [serverId],
    });
    await saveJobOfPlan(
      trx,
      id,
      await startJob(trx, queue, actor, { kind: 'import:parse', planId: id, subject }),
    );
    // Before the job can be seen, so that it never looks for a file that is still to come.
    await rename(upload.path, fileOf(folder, id));
    return { planId: id };
  });
  queue.wake('import:parse');
  return settled(db, actor, planId);
}

const patienceMs = 5_000;

/** The plan once it is read, or as it is when the patience ends. A refused file is refused in the request's own answer. */
async function settled(db: Db, actor: Actor, planId: number): Promise<Plan> {
  for (
    let waitedMs = 0, pauseMs = 20;
    ;
    waitedMs += pauseMs, pauseMs = Math.min(150, pauseMs * 1.5)
  ) {
    const plan = await getPlan(db, actor, planId);
    if (plan.state === 'failed') throw asRefusal(plan);
    if (plan.state !== 'parsing' || waitedMs > patienceMs) return plan;
    await wait(pauseMs);
  }
}

function asRefusal({ id, failure }: Plan): AppError {
  const code = ErrorCode.safeParse(failure?.code).data ?? 'interrupted';
  const message = failure?.message ?? 'The file could not be read. Try again.';
  return new AppError(code, message, { ...failure?.details, planId: id });
}

/** Makes an import real: at once where it is small, else by a job. */
export function importCommitter({ queue }: ImportPlace): Committer {
  return async (db, actor, plan, { skipErrors = false }) => {
    const { counts, id } = plan;
    const { mode, serverId } = Subject.parse(plan.subject);
    requireRights(actor, serverId, mode);
    const writes = counts.added + counts.changed + counts.removed;
    if (plan.state === 'ready') {
      if (counts.errors > 0 && mode === 'mirror')
        throw new AppError(
          'plan_has_errors',
          'Rows are in error. A mirror is never made of a part of a file: mend them first.',
        );
      if (counts.errors > 0 && !skipErrors)
        throw new AppError(
          'plan_has_errors',
          'Rows are in error. Mend them, or choose to leave them out.',
          { errors: counts.errors },
        );
      if (writes === 0) throw new AppError('plan_empty', 'There is nothing to change.');
    }
    if (writes <= rowsAtOnce)
      return commitInChange(db, actor, { id, action: 'users:import' }, 'ready', (trx) =>
        writeImport(trx, actor, plan),
      );

    return commitByJob(db, queue, actor, plan, 'import:commit');
  };
}

/** What an import's jobs do. */
export function importWorks(folder: string): Pick<JobWorks, 'import:parse' | 'import:commit'> {
  return {
    'import:parse': {
      run: async (db, job) => {
        const { serverId, mode, fileName } = Subject.parse(
          (await getPlan(db, job.actor, job.planId)).subject,
        );
        const { dateOrder } = await readGeneral(db);
        const services = (await servicesSold(db)).map(({ name, aliases }) => ({ name, aliases }));
        const path = fileOf(folder, job.planId);
        await withStaging(db, async (staging, add) => {
          job.progress({ phase: 'reading' });
          const reading = { path, fileName, rules: { dateOrder, services }, signal: job.signal };
          let done = 0;
          for await (const rows of readBounded(reading)) {
            done += await add(rows);
            job.progress({ done });
          }
          job.progress({ phase: 'comparing' });
          await staging.transaction().execute(async (trx) => {
            if (await hasLostService(trx)) throw planMoved();
            await compareWithUsers(trx, job.planId, serverId, mode);
            await finishPlan(trx, job.planId);
            await job.finish(trx, 'plan');
          });
        });
      },
      abandon: (trx, planId, failure) =>
        setPlanState(trx, planId, 'parsing', { state: 'failed', failure }),
      clear: (planId) => rm(fileOf(folder, planId), { force: true }),
    },
    'import:commit': commitWork('users:import', writeImport),
  };
}

/** Writes exactly what the plan says, or refuses where the users moved underneath. Who goes makes room first. */
async function writeImport(
  trx: Trx,
  actor: Actor,
  { id, subject, counts }: Plan,
  progress: RunningJob['progress'] = () => {},
): Promise<void> {
  const { serverId, mode } = Subject.parse(subject);
  requireRights(actor, serverId, mode);
  if (!(await holdLivingServer(trx, serverId))) throw notFound();
  const total = counts.added + counts.changed + counts.removed;
  const steps: [string, number, (window: Window) => Promise<number>][] = [
    ['removing', counts.removed, (window) => writePlannedUsers(trx, id, 'removed', window)],
    ['changing', counts.changed, (window) => writePlannedUsers(trx, id, 'changed', window)],
    ['adding', counts.added, (window) => addImported(trx, id, window, serverId)],
  ];

  progress({ phase: 'starting', done: 0, total });
  await holdPlannedRows(trx, id, 'users');
  const windows = await listWindows(trx, id, 2_000);
  let done = 0;
  for (const [phase, rows, write] of steps) {
    if (rows === 0) continue;
    progress({ phase });
    for (const window of windows) {
      done += await write(window);
      progress({ done });
    }
  }
  // Of a name that was taken meanwhile no row was made.
  if (done !== total) throw planMoved();
}

/** Removes what processes that died have left in the folder: what nobody waits for any more. */
export async function sweepUploads(db: Db, folder: string): Promise<void> {
  const waiting = new Set((await listPlansBeingRead(db)).map((id) => fileOf(folder, id)));
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const file = await stat(path).catch(() => undefined);
    const mayStayMs = name.startsWith('import-') ? movedWithinMs : leftAfterMs;
    const isOld = file?.isFile() && Date.now() - file.mtimeMs > mayStayMs;
    if (isOld && !waiting.has(path)) await rm(path, { force: true });
  }
}

/** A plan is there as soon as its file has come; one whose plan is read, or gone, is nobody's. */
const movedWithinMs = 10_000;

/** No request and no export takes so long. */
const leftAfterMs = 120_000;

function requireRights(actor: Actor, serverId: number, mode: ImportMode): void {
  requireOnServer(actor, 'users:import', serverId);
  // What a file does not name goes to the bin: that is deleting, by whichever route.
  if (mode === 'mirror') requireOnServer(actor, 'users:delete', serverId);
}

function fileOf(folder: string, planId: number): string {
  return join(folder, `import-${planId}`);
}
