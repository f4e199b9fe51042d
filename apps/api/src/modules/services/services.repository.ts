import type { ServiceList } from '@cmp/shared/services';
import type { Db, Trx } from '#database/client.ts';

/** What is sold, in its order. */
export async function listServices(db: Db): Promise<ServiceList> {
  const items = await db
    .selectFrom('services')
    .select([
      'id',
      'name',
      'aliases',
      'devices',
      'dataLimitGb',
      'priceCents',
      'position',
      'version',
    ])
    .orderBy('position')
    .execute();
  return { items, total: items.length };
}

export async function countServices(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom('services')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

interface NewServiceRow {
  name: string;
  nameKey: string;
  aliases: string[];
  devices: number | null;
  dataLimitGb: number | null;
  position: number;
}

/** Adds what is not there yet by name. */
export async function insertServices(trx: Trx, rows: NewServiceRow[]): Promise<void> {
  await trx
    .insertInto('services')
    .values(rows)
    .onConflict((conflict) => conflict.column('nameKey').doNothing())
    .execute();
}
