import { nameKey } from '@cmp/shared/primitives';
import type {
  NewService,
  Service,
  ServiceChange,
  ServiceList,
  ServiceOrder,
} from '@cmp/shared/services';
import type { Db, Trx } from '#database/client.ts';
import { brokenConstraint } from '#database/violations.ts';
import { AppError, notFound, staleVersion } from '#lib/errors.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { type Actor, systemActor } from '#plugins/access.ts';
import {
  countServices,
  deleteService,
  insertServices,
  listServices,
  lockServices,
  type ServiceRow,
  saveServiceOrder,
  updateService,
} from './services.repository.ts';

/** What the portal ships with (domain.md); the operator alters it as they like. */
const shipped: NewService[] = [
  { name: 'Mini', aliases: ['x-ray', 'xray', 'outline'], devices: 1, dataLimitGb: 100 },
  { name: 'Basic', devices: 2, dataLimitGb: 100 },
  { name: 'Unlimited', devices: 2, dataLimitGb: null },
];

/** Puts the shipped services into a database that has none. Safe at every start, on several instances. */
export async function shipServices(db: Db): Promise<void> {
  if ((await countServices(db)) > 0) return;
  await inChange(db, systemActor('system'), 'services:create', null, async (trx) => {
    await lockServices(trx);
    if ((await countServices(trx)) === 0) await insertServices(trx, shipped.map(asRow));
  });
}

export function createService(db: Db, actor: Actor, service: NewService): Promise<Service> {
  return inChange(db, actor, 'services:create', null, async (trx) => {
    const services = await lockServices(trx);
    refuseTaken(services, namesOf(service));
    const [created] = await insertServices(trx, [asRow(service)]);
    if (!created) throw notFound();
    return created;
  });
}

export function changeService(
  db: Db,
  actor: Actor,
  serviceId: number,
  { version, ...fields }: ServiceChange,
): Promise<Service> {
  return inChange(db, actor, 'services:update', null, async (trx) => {
    const services = await lockServices(trx);
    const before = atVersion(services, serviceId, version);
    const others = services.filter(({ id }) => id !== serviceId);
    const { name = before.name, aliases = before.aliases } = fields;
    refuseTaken(others, namesOf({ name, aliases }));
    return updateService(trx, serviceId, {
      ...fields,
      aliases: fields.aliases?.map(nameKey),
      nameKey: fields.name === undefined ? undefined : nameKey(fields.name),
    });
  });
}

/** Puts the services in another order. Whoever did not see all of them is told what there is now. */
export function reorderServices(
  db: Db,
  actor: Actor,
  { serviceIds }: ServiceOrder,
): Promise<ServiceList> {
  return inChange(db, actor, 'services:update', null, async (trx) => {
    const services = await lockServices(trx);
    const unseen = new Set(services.map(({ id }) => id)).symmetricDifference(new Set(serviceIds));
    if (unseen.size > 0) throw staleVersion(await listServices(trx));
    await saveServiceOrder(trx, serviceIds);
    return listServices(trx);
  });
}

/** Deletes a service that no user has, the bin's included. */
export function removeService(
  db: Db,
  actor: Actor,
  serviceId: number,
  version: number,
): Promise<null> {
  return inChange(db, actor, 'services:delete', null, async (trx) => {
    atVersion(await lockServices(trx), serviceId, version);
    try {
      await deleteService(trx, serviceId);
    } catch (error) {
      if (brokenConstraint(error) !== 'users_service_id_fkey') throw error;
      throw new AppError('service_in_use', 'Users have this service, perhaps in the bin.');
    }
    return null;
  });
}

/** What is sold, in its order. */
export async function servicesSold(db: Db): Promise<Service[]> {
  return (await listServices(db)).items;
}

/** The services' ids by name key, aliases included. */
export async function serviceIdsByKey(db: Db | Trx): Promise<Map<string, number>> {
  const { items } = await listServices(db);
  return new Map(
    items.flatMap((service) => namesOf(service).map((key): [string, number] => [key, service.id])),
  );
}

/** The service of this name or alias. */
export async function serviceNamed(db: Db, name: string): Promise<Service | undefined> {
  const { items } = await listServices(db);
  return items.find((service) => namesOf(service).includes(nameKey(name)));
}

/** Everything a service answers to, as keys: no two services share one. */
function namesOf({ name, aliases = [] }: Pick<NewService, 'name' | 'aliases'>): string[] {
  return [name, ...aliases].map(nameKey);
}

function refuseTaken(services: Service[], keys: string[]): void {
  const taken = new Set(services.flatMap(namesOf));
  if (keys.some((key) => taken.has(key)))
    throw new AppError('name_taken', 'Another service answers to this name or alias.', {
      issues: [{ path: '/name', code: 'name_taken', message: 'Choose another name.' }],
    });
}

function atVersion(services: Service[], serviceId: number, version: number): Service {
  const service = services.find(({ id }) => id === serviceId);
  if (!service) throw notFound();
  if (service.version !== version) throw staleVersion(service);
  return service;
}

function asRow(service: NewService): ServiceRow {
  const { name, aliases = [], devices = null, dataLimitGb = null, priceCents = null } = service;
  const keys = aliases.map(nameKey);
  return { name, nameKey: nameKey(name), aliases: keys, devices, dataLimitGb, priceCents };
}
