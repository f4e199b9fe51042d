import type { Service, ServiceList } from '@cmp/shared/services';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

const columns = [
  'id',
  'name',
  'aliases',
  'devices',
  'dataLimitGb',
  'priceCents',
  'position',
  'version',
] as const;

/** What is sold, in its order. */
export async function listServices(db: Db): Promise<ServiceList> {
  const items = await db.selectFrom('services').select(columns).orderBy('position').execute();
  return { items, total: items.length };
}

/** The services as they are, while nobody else alters them: their names must differ from each other's aliases. */
export async function lockServices(trx: Trx): Promise<Service[]> {
  await sql`select pg_advisory_xact_lock(hashtext('services'))`.execute(trx);
  return (await listServices(trx)).items;
}

export async function countServices(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom('services')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

export interface ServiceRow {
  name: string;
  nameKey: string;
  aliases: string[];
  devices: number | null;
  dataLimitGb: number | null;
  priceCents: number | null;
}

/** Adds services behind the last one, in the order given. */
export async function insertServices(trx: Trx, rows: ServiceRow[]): Promise<Service[]> {
  const { items } = await listServices(trx);
  const last = items.at(-1)?.position ?? 0;
  return trx
    .insertInto('services')
    .values(rows.map((row, index) => ({ ...row, position: last + index + 1 })))
    .returning(columns)
    .execute();
}

/** What is undefined stays as it is. */
type ServiceFields = { [Field in keyof ServiceRow]?: ServiceRow[Field] | undefined };

export async function updateService(
  trx: Trx,
  serviceId: number,
  fields: ServiceFields,
): Promise<Service> {
  return trx
    .updateTable('services')
    .set((eb) => ({ ...fields, version: eb('version', '+', 1), updatedAt: sql`now()` }))
    .where('id', '=', serviceId)
    .returning(columns)
    .executeTakeFirstOrThrow();
}

/** Gives the services their places, in one statement, since no two may stand in one place. */
export async function saveServiceOrder(trx: Trx, serviceIds: number[]): Promise<void> {
  await sql`
    update services set position = wanted.position, version = version + 1, updated_at = now()
    from unnest(${serviceIds}::integer[]) with ordinality as wanted (id, position)
    where services.id = wanted.id and services.position <> wanted.position`.execute(trx);
}

export async function deleteService(trx: Trx, serviceId: number): Promise<void> {
  await trx.deleteFrom('services').where('id', '=', serviceId).execute();
}
