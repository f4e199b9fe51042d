import type { Snapshot, SnapshotCopy, SnapshotKind, SnapshotReason } from '@cmp/shared/snapshots';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

export async function listSnapshots(db: Db): Promise<Snapshot[]> {
  return snapshotsOf(db).orderBy('createdAt', 'desc').orderBy('id', 'desc').execute();
}

export function findSnapshot(db: Db, id: number): Promise<Snapshot | undefined> {
  return snapshotsOf(db).where('id', '=', id).executeTakeFirst();
}

function snapshotsOf(db: Db) {
  return db
    .selectFrom('snapshots')
    .select(['id', 'fileName', 'bytes', 'sha256', 'isEncrypted', 'siteName', 'appVersion'])
    .select(['accountName', 'createdAt', 'verifiedAt', 'verifyFailure'])
    .select(['drilledAt', 'drillFailure', 'drillMs'])
    .select((eb) => [
      eb.ref('kind').$castTo<SnapshotKind>().as('kind'),
      eb.ref('reason').$castTo<SnapshotReason>().as('reason'),
      eb.ref('counts').$castTo<Record<string, number>>().as('counts'),
      eb.ref('copies').$castTo<SnapshotCopy[]>().as('copies'),
    ]);
}

export interface NewSnapshot
  extends Pick<
    Snapshot,
    | 'kind'
    | 'reason'
    | 'fileName'
    | 'bytes'
    | 'sha256'
    | 'isEncrypted'
    | 'siteName'
    | 'appVersion'
    | 'counts'
    | 'accountName'
    | 'createdAt'
    | 'verifiedAt'
  > {
  accountId: number | null;
}

/** Lists a file that is whole. A repeat of the job that made it writes the same name again. */
export async function insertSnapshot(trx: Trx, snapshot: NewSnapshot): Promise<number> {
  const values = { ...snapshot, counts: JSON.stringify(snapshot.counts) };
  const { id } = await trx
    .insertInto('snapshots')
    .values(values)
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export async function deleteSnapshot(trx: Trx, id: number): Promise<void> {
  await trx.deleteFrom('snapshots').where('id', '=', id).execute();
}

export async function saveVerdict(db: Db, id: number, failure: string | null): Promise<void> {
  await db
    .updateTable('snapshots')
    .set({ verifiedAt: sql`clock_timestamp()`, verifyFailure: failure })
    .where('id', '=', id)
    .execute();
}

/** How much the tables take, as a guess at what a snapshot does: JSON is longer, and packed it is shorter. */
export async function guessBytes(db: Db, kind: SnapshotKind): Promise<number> {
  const { rows } = await sql<{ last: number | null; tables: number }>`
    select (select bytes from snapshots where kind = ${kind} order by created_at desc limit 1) as last,
      (select coalesce(sum(pg_table_size(oid)), 0)::bigint from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r') as tables`.execute(db);
  const [found] = rows;
  if (!found) return 0;
  return found.last === null ? found.tables / 4 : found.last * 1.2;
}

const writing = sql`hashtext('snapshots are written')`;

/** Held for as long as a snapshot is written, in the transaction that reads: it ends with its process. */
export async function holdWriting(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${writing})`.execute(trx);
}

/** Does what wants nobody to be writing; not at all where somebody is. */
export async function whileNobodyWrites(db: Db, work: () => Promise<void>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ isFree: boolean }>`
      select pg_try_advisory_xact_lock(${writing}) as is_free`.execute(trx);
    if (rows[0]?.isFree) await work();
  });
}
