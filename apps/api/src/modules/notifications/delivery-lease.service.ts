import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

/** Takes deliveries for so long: whoever dies at it leaves them to the next. Each counts as a try. */
export async function lease(trx: Trx, ids: readonly number[], seconds: number): Promise<void> {
  await sql`
    update deliveries set attempts = attempts + 1, leased_until = now() + make_interval(secs => ${seconds})
    where id = any(${[...ids]}::bigint[])`.execute(trx);
}

/** What became of one that was taken: it arrived. */
export async function saveSent(db: Db, id: number): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ state: 'sent', sentAt: sql`now()`, leasedUntil: null, failure: null })
    .where('id', '=', id)
    .execute();
}
