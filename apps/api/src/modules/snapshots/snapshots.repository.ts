import type { Snapshot, SnapshotCopy, SnapshotKind, SnapshotReason } from '@cmp/shared/snapshots';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';
import type { Try } from './schedule.ts';

export async function listSnapshots(db: Db): Promise<Snapshot[]> {
  return snapshotsOf(db).orderBy('createdAt', 'desc').orderBy('id', 'desc').execute();
}

export function findSnapshot(db: Db, id: number): Promise<Snapshot | undefined> {
  return snapshotsOf(db).where('id', '=', id).executeTakeFirst();
}

function snapshotsOf(db: Db) {
  return db
    .selectFrom('snapshots')
    .select([
      'id',
      'fileName',
      'folder',
      'bytes',
      'sha256',
      'isEncrypted',
      'siteName',
      'appVersion',
    ])
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
    | 'folder'
    | 'bytes'
    | 'sha256'
    | 'isEncrypted'
    | 'siteName'
    | 'appVersion'
    | 'counts'
    | 'accountName'
    | 'createdAt'
    | 'verifiedAt'
    | 'verifyFailure'
  > {
  accountId: number | null;
}

/** Lists a file that is whole. */
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

/** Takes a copy upon oneself; gives whether it was still nobody's. */
export async function claimCopy(
  db: Db,
  id: number,
  before: SnapshotCopy | undefined,
  claimed: SnapshotCopy,
): Promise<boolean> {
  const isAsBefore = before
    ? sql<boolean>`copies @> ${JSON.stringify([before])}::jsonb`
    : sql<boolean>`not copies @> ${JSON.stringify([{ target: claimed.target }])}::jsonb`;
  const { numUpdatedRows } = await db
    .updateTable('snapshots')
    .set({ copies: withCopy(claimed) })
    .where('id', '=', id)
    .where(isAsBefore)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function saveCopy(db: Db, id: number, copy: SnapshotCopy): Promise<void> {
  await db
    .updateTable('snapshots')
    .set({ copies: withCopy(copy) })
    .where('id', '=', id)
    .execute();
}

function withCopy(copy: SnapshotCopy) {
  return sql<string>`(select coalesce(jsonb_agg(one), '[]') from jsonb_array_elements(copies) one
    where one->>'target' <> ${copy.target}) || ${JSON.stringify([copy])}::jsonb`;
}

/** When the portal was set up here, and which days' snapshots were tried. */
export async function readScheduled(db: Db): Promise<{ since: string; tries: Try[] }> {
  const { rows } = await sql<{ since: string; tries: Try[] }>`
    select (select min(applied_at) from schema_migrations) as since,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'day', subject->>'day', 'state', state, 'endedAt', ended_at) order by created_at), '[]') from jobs
        where kind = 'snapshot:create' and subject ? 'day') as tries`.execute(db);
  const [found] = rows;
  if (!found) throw new Error('The schedule said nothing.');
  return found;
}

/** Makes instances take turns at the schedule. */
export async function lockSchedule(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('snapshot schedule'))`.execute(trx);
}

/** The last failure to make one, where none was made since; of a scheduled one also its day. */
export async function findLastFailure(
  db: Db,
): Promise<{ at: string; message: string; day: string | null } | undefined> {
  const { rows } = await sql<{ at: string; message: string; day: string | null }>`
    select ended_at as at, failure->>'message' as message, subject->>'day' as day from jobs
    where kind = 'snapshot:create' and state = 'failed' and ended_at > coalesce(
      (select max(created_at) from snapshots where reason in ('asked', 'scheduled')), '-infinity')
    order by ended_at desc limit 1`.execute(db);
  return rows[0];
}

export interface SnapshotFacts {
  /** Of the newest whole one of the database. */
  newestAt: string | null;
  bytes: number | null;
  /** The last check or rehearsal that found one good. */
  verifiedAt: string | null;
  /** Jobs of snapshots that came to nothing within a day. */
  failures: number;
  /** Tries of the schedule that have failed since it last made one. */
  failedTries: number;
  damaged: number;
}

export async function readSnapshotFacts(db: Db): Promise<SnapshotFacts> {
  const { rows } = await sql<SnapshotFacts>`
    select newest.created_at as newest_at, newest.bytes,
      (select max(verified_at) from snapshots where verify_failure is null) as verified_at,
      (select count(*) from jobs where kind in ('snapshot:create', 'snapshot:verify') and state = 'failed'
        and ended_at > now() - interval '1 day') as failures,
      (select count(*) from jobs where kind = 'snapshot:create' and state = 'failed' and subject ? 'day'
        and ended_at > coalesce((select max(created_at) from snapshots where reason = 'scheduled'), '-infinity'))
        as failed_tries,
      (select count(*) from snapshots where verify_failure is not null) as damaged
    from (select 1) one left join lateral (
      select created_at, bytes from snapshots where kind = 'database' and verify_failure is null
      order by created_at desc limit 1) newest on true`.execute(db);
  const [facts] = rows;
  if (!facts) throw new Error('The snapshots said nothing.');
  return facts;
}
