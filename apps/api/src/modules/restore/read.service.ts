import type { RestoreSubject, RestoreTable } from '@cmp/shared/snapshots';
import type { Db } from '#database/client.ts';
import { unseal } from '#lib/secret-box.ts';
import type { RunningJob } from '#modules/jobs/jobs.service.ts';
import { getPlan, planMoved } from '#modules/plans/plans.service.ts';
import { fileOfSnapshot } from './listed-snapshot.ts';
import { compareWithHere, countMerge } from './merge-plan.repository.ts';
import { withMergeStaging } from './merge-staging.repository.ts';
import { refuseUnfit } from './refusals.ts';
import { compareAll } from './replace-plan.repository.ts';
import { Begun, Openers, type RestorePlace, sealContext, uploadOf } from './restore.service.ts';
import { findSealed, openPlan } from './restore-plans.repository.ts';
import { type Opened, withSnapshot } from './snapshot-source.ts';
import type { RestoreSource } from './source.ts';
import { isReplaced, isSeparate } from './tables.ts';

/** Reads a snapshot into its plan, and compares it with what is here. Writes nothing else. */
export function readRestore(
  db: Db,
  place: RestorePlace,
  job: Pick<RunningJob, 'planId' | 'actor' | 'progress' | 'finish'> & WhereItLies,
): Promise<void> {
  return withPlannedSnapshot(db, place, job, (source, snapshot, begun) =>
    refuseUnfit(() =>
      begun.mode === 'merge'
        ? readMerge(db, job, source, subjectOf(begun, snapshot))
        : readReplacement(db, job, source, subjectOf(begun, snapshot)),
    ),
  );
}

export interface WhereItLies {
  /** A file of the command line, which stays where it is. */
  file?: string | undefined;
}

/** Opens the file that a plan is about, with what was given for it. */
export async function withPlannedSnapshot<Result>(
  db: Db,
  place: RestorePlace,
  { planId, actor, file }: Pick<RunningJob, 'planId' | 'actor'> & WhereItLies,
  use: (source: RestoreSource, snapshot: Opened, begun: Begun, path: string) => Promise<Result>,
): Promise<Result> {
  const begun = Begun.parse((await getPlan(db, actor, planId)).subject);
  const sealed = await findSealed(db, planId);
  if (sealed === null) throw planMoved();
  const text = unseal(place.keys.settings, sealContext(planId), sealed);
  const openers = Openers.parse(JSON.parse(text));
  const path = file ?? (await pathOf(db, place, planId, begun.snapshotId));
  return withSnapshot(path, place.keys, openers, (source, snapshot) =>
    use(source, snapshot, begun, path),
  );
}

async function pathOf(
  db: Db,
  place: RestorePlace,
  planId: number,
  snapshotId: number | null,
): Promise<string> {
  if (snapshotId === null) return uploadOf(place.uploadsDir, planId);
  return (await fileOfSnapshot(db, place, snapshotId)).path;
}

function subjectOf(
  { mode, fileName, snapshotId, overwriteNewer }: Begun,
  { manifest, isForeign, foreignKeys }: Opened,
): Omit<RestoreSubject, 'tables'> {
  const { kind, siteName, appVersion, createdAt } = manifest;
  const hasKeys = !isForeign || foreignKeys !== undefined;
  return {
    ...{ mode, fileName, snapshotId, overwriteNewer },
    ...{ kind, siteName, appVersion, createdAt, isForeign, hasKeys },
  };
}

function readMerge(
  db: Db,
  { planId, progress, finish }: Pick<RunningJob, 'planId' | 'progress' | 'finish'>,
  source: RestoreSource,
  subject: Omit<RestoreSubject, 'tables'>,
): Promise<void> {
  const { createdAt, isForeign, overwriteNewer } = subject;
  const read = (done: number) => progress({ phase: 'reading', done });
  return withMergeStaging(db, source, read, async (staging) => {
    progress({ phase: 'comparing' });
    await staging.transaction().execute(async (trx) => {
      await compareWithHere(trx, { planId, createdAt, isForeign, overwriteNewer });
      const tables = (await countMerge(trx, planId)).map((counts): RestoreTable => {
        const { inFile, added, changed, kept } = counts;
        const unchanged = inFile - added - changed - kept;
        return { ...counts, unchanged, removed: 0, isSeparate: false };
      });
      await open(trx, planId, { ...subject, tables });
      await finish(trx, 'plan');
    });
  });
}

async function readReplacement(
  db: Db,
  { planId, progress, finish }: Pick<RunningJob, 'planId' | 'progress' | 'finish'>,
  source: RestoreSource,
  subject: Omit<RestoreSubject, 'tables'>,
): Promise<void> {
  const counts = await compareAll(db, source, subject.kind, (done) =>
    progress({ phase: 'comparing', done }),
  );
  const tables = counts
    .filter(({ table }) => isReplaced(table, subject.kind))
    .map((of): RestoreTable => ({ ...of, isSeparate: isSeparate(of.table) }));
  await db.transaction().execute(async (trx) => {
    await open(trx, planId, { ...subject, tables });
    await finish(trx, 'plan');
  });
}

/** The rows of a merge are in the plan; what stays as it is, and a replacement, is told by counts alone. */
async function open(
  trx: Parameters<typeof openPlan>[0],
  planId: number,
  subject: RestoreSubject,
): Promise<void> {
  const sum = (of: 'added' | 'changed' | 'unchanged' | 'removed' | 'kept') =>
    subject.tables
      .filter((table) => !table.isSeparate)
      .reduce((total, table) => total + table[of], 0);
  const counts = {
    ...{ added: sum('added'), changed: sum('changed'), unchanged: sum('unchanged') },
    ...{ removed: sum('removed'), refused: sum('kept') },
  };
  if (!(await openPlan(trx, planId, subject, counts))) throw planMoved();
}
