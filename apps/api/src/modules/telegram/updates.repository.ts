import type { Db } from '#database/client.ts';

export async function isWorkedThrough(db: Db, updateId: number): Promise<boolean> {
  const row = await db
    .selectFrom('telegramUpdates')
    .select('updateId')
    .where('updateId', '=', updateId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Marks an update as worked through; gives whether nobody had. */
export async function markWorkedThrough(db: Db, updateId: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('telegramUpdates')
    .values({ updateId })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}
