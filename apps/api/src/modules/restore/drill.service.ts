import * as z from 'zod';
import type { Db } from '#database/client.ts';
import { AppError } from '#lib/errors.ts';
import { drills } from '#lib/metrics.ts';
import { type RunningTask, startJob } from '#modules/jobs/jobs.service.ts';
import type { JobQueue } from '#modules/jobs/queue.ts';
import { tell } from '#modules/notifications/events.service.ts';
import { encryptionOf } from '#modules/snapshots/snapshot-place.ts';
import { systemActor } from '#plugins/access.ts';
import { listTables } from './catalogue.repository.ts';
import { findDrilled, findUndrilled, hashOfRows, saveDrill } from './drill.repository.ts';
import { fileOfSnapshot } from './listed-snapshot.ts';
import { type RestorePlace, requireOwner } from './restore.service.ts';
import { loadBeside } from './scratch.repository.ts';
import { withScratch } from './scratch.ts';
import { withSnapshot } from './snapshot-source.ts';

const Subject = z.object({ snapshotId: z.int().optional() });

/**
 * Restores a snapshot into a schema beside, by the loader that a replacement uses, and compares counts and a hash of
 * each table with the manifest's. What came of it is kept with the snapshot, and a failure is told.
 */
export async function rehearse(
  db: Db,
  place: RestorePlace & { tell?: ((failure: unknown) => void) | undefined },
  { subject, progress, finish }: Pick<RunningTask, 'subject' | 'progress' | 'finish'>,
): Promise<void> {
  const drilled = await findDrilled(db, Subject.parse(subject).snapshotId);
  if (!drilled)
    throw new AppError('not_found', 'There is no snapshot of the database to rehearse.');
  const startedAt = performance.now();
  const failure = await trial(db, place, drilled.id, (done) =>
    progress({ phase: 'loading', done }),
  ).then(
    () => null,
    (error) => sentenceOf(error),
  );
  const ms = Math.round(performance.now() - startedAt);
  await db.transaction().execute(async (trx) => {
    await saveDrill(trx, drilled.id, { failure, ms });
    if (failure !== null)
      await tell(trx, {
        event: 'snapshot_unverified',
        facts: { fileName: drilled.fileName, failure },
      });
    await finish(trx, 'task');
  });
  drills.inc({ outcome: failure === null ? 'good' : 'bad' });
  if (failure !== null)
    place.tell?.(new Error(`The rehearsal of ${drilled.fileName} failed: ${failure}`));
}

/** Asks for the rehearsal of the snapshot of the night: once, whichever instance notices. */
export async function askForDrill(
  db: Db,
  { ownerUrl }: Pick<RestorePlace, 'ownerUrl'>,
  queue: JobQueue,
): Promise<void> {
  if (ownerUrl === undefined) return;
  const isAsked = await db.transaction().execute(async (trx) => {
    const snapshotId = await findUndrilled(trx);
    if (snapshotId === undefined) return false;
    await startJob(trx, queue, systemActor('system'), {
      ...{ kind: 'snapshot:drill', subject: { snapshotId } },
    });
    return true;
  });
  if (isAsked) queue.wake('snapshot:drill');
}

/** What is wrong with the snapshot is its finding; what is wrong with this machine is tried again. */
function sentenceOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  throw error;
}

async function trial(
  db: Db,
  place: RestorePlace,
  snapshotId: number,
  progress: (done: number) => void,
): Promise<void> {
  const { path } = await fileOfSnapshot(db, place, snapshotId);
  const openers = { ...(await ownPassphrase(db, place)), trustForeign: false };
  const schema = `drill_${snapshotId}`;
  await withScratch(requireOwner(place), schema, (owner) =>
    withSnapshot(path, place.keys, openers, async (source, { manifest }) => {
      const loaded = await loadBeside(owner, schema, source, await listTables(owner), progress);
      for (const part of manifest.parts) {
        const table = loaded.find(({ name }) => name === part.table);
        if (!table) throw differs(part.table, 'there is no such table');
        const beside = `${schema}.${table.name}`;
        const found = await hashOfRows(owner, beside, table.columns, table.primaryKey);
        if (found.rows !== part.rows)
          throw differs(part.table, `${found.rows} rows instead of ${part.rows}`);
        if (found.sha256 !== part.sha256) throw differs(part.table, 'its rows are others');
      }
    }),
  );
}

/** What opens the snapshots made here, where the settings keep it; for recipients nobody here has the key. */
async function ownPassphrase(db: Db, place: RestorePlace): Promise<{ passphrase?: string }> {
  const encryption = await encryptionOf(db, place);
  return encryption && 'passphrase' in encryption ? encryption : {};
}

function differs(table: string, how: string): AppError {
  return new AppError('snapshot_altered', `Restored beside, ${table} is not as it was: ${how}.`, {
    part: table,
  });
}
