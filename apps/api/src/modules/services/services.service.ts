import { nameKey } from '@cmp/shared/primitives';
import type { Service } from '@cmp/shared/services';
import type { Db, Trx } from '#database/client.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { systemActor } from '#plugins/access.ts';
import { countServices, insertServices, listServices } from './services.repository.ts';

/** What the portal ships with (domain.md); the operator alters it as they like. */
const shipped = [
  { name: 'Mini', aliases: ['x-ray', 'xray', 'outline'], devices: 1, dataLimitGb: 100 },
  { name: 'Basic', aliases: [], devices: 2, dataLimitGb: 100 },
  { name: 'Unlimited', aliases: [], devices: 2, dataLimitGb: null },
];

/** Puts the shipped services into a database that has none. Safe at every start, on several instances. */
export async function shipServices(db: Db): Promise<void> {
  if ((await countServices(db)) > 0) return;
  await inChange(db, systemActor('system'), 'services:create', null, async (trx) => {
    await insertServices(
      trx,
      shipped.map((service, index) => ({
        ...service,
        nameKey: nameKey(service.name),
        position: index + 1,
      })),
    );
  });
}

/** The services' ids by name key, aliases included. */
export async function serviceIdsByKey(db: Db | Trx): Promise<Map<string, number>> {
  const { items } = await listServices(db);
  return new Map(
    items.flatMap(({ id, name, aliases }) =>
      [nameKey(name), ...aliases].map((key): [string, number] => [key, id]),
    ),
  );
}

/** The service of this name or alias. */
export async function serviceNamed(db: Db, name: string): Promise<Service | undefined> {
  const key = nameKey(name);
  const { items } = await listServices(db);
  return items.find((service) => nameKey(service.name) === key || service.aliases.includes(key));
}
