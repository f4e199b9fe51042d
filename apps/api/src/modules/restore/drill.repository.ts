import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

const rowsAtOnce = 2_000;

/**
 * The canonical hash of a loaded table: its rows, each as `to_jsonb` says it, in the order of the key. Of a table that
 * was restored whole it is the one in the manifest.
 */
export function hashOfRows(
  owner: Db,
  table: string,
  columns: readonly string[],
  primaryKey: readonly string[],
): Promise<{ rows: number; sha256: string }> {
  const named = sql.join(columns.map((column) => sql.id(column)));
  const order = sql.join(primaryKey.map((column) => sql.id(column)));
  return owner.transaction().execute(async (trx) => {
    await sql`
      declare drilled no scroll cursor for
      select to_jsonb(r)::text as line from (select ${named} from ${sql.table(table)} order by ${order}) r`.execute(
      trx,
    );
    const digest = createHash('sha256');
    let count = 0;
    for (;;) {
      const { rows } = await sql<{ line: string }>`
        fetch ${sql.raw(String(rowsAtOnce))} from drilled`.execute(trx);
      for (const { line } of rows) digest.update(`${line}\n`);
      count += rows.length;
      if (rows.length < rowsAtOnce) return { rows: count, sha256: digest.digest('hex') };
    }
  });
}

/** The snapshot to rehearse: the one that is named, else the newest of the whole database. */
export async function findDrilled(
  db: Db,
  snapshotId: number | undefined,
): Promise<{ id: number; fileName: string } | undefined> {
  return db
    .selectFrom('snapshots')
    .select(['id', 'fileName'])
    .where('kind', '=', 'database')
    .$if(snapshotId !== undefined, (query) => query.where('id', '=', snapshotId ?? 0))
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export async function saveDrill(
  trx: Trx,
  snapshotId: number,
  { failure, ms }: { failure: string | null; ms: number },
): Promise<void> {
  await trx
    .updateTable('snapshots')
    .set({ drilledAt: sql`clock_timestamp()`, drillFailure: failure, drillMs: ms })
    .where('id', '=', snapshotId)
    .execute();
}

/** The newest scheduled snapshot, where nobody rehearsed it or was asked to. Askers take turns. */
export async function findUndrilled(trx: Trx): Promise<number | undefined> {
  await sql`select pg_advisory_xact_lock(hashtext('drill'))`.execute(trx);
  const { rows } = await sql<{ id: number }>`
    select id from (
      select id, drilled_at from snapshots
      where kind = 'database' and reason = 'scheduled' order by created_at desc, id desc limit 1
    ) newest
    where drilled_at is null and not exists (select from jobs
      where kind = 'snapshot:drill' and subject ->> 'snapshotId' = newest.id::text)`.execute(trx);
  return rows[0]?.id;
}
