import { lastDate } from '@cmp/shared/calendar';
import type { GrantedAction } from '@cmp/shared/permissions';
import type { CalendarDate } from '@cmp/shared/primitives';
import { extend, passesLastDate } from '@cmp/shared/renewal';
import type { Service } from '@cmp/shared/services';
import type { StatusBounds } from '@cmp/shared/status';
import type {
  Extension,
  NewUser,
  User,
  UserChange,
  UserFilter,
  UserList,
  UserQuery,
  UserSort,
} from '@cmp/shared/users';
import type { Db, Trx } from '#database/client.ts';
import { brokenConstraint } from '#database/violations.ts';
import { AppError, notFound, staleVersion } from '#lib/errors.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { getServer } from '#modules/servers/servers.service.ts';
import { serviceNamed } from '#modules/services/services.service.ts';
import { type Actor, inScope, requireOnServer, type Scope } from '#plugins/access.ts';
import { keysOf } from './user-keys.ts';
import { listNextToExpire, listNumberedPage, listUsers } from './user-list.repository.ts';
import {
  findUser,
  holdServer,
  insertUsers,
  lockTerm,
  type NewUserRow,
  updateUser,
} from './users.repository.ts';

export async function getUser(
  db: Db,
  scope: Scope,
  userId: number,
  bounds: StatusBounds,
): Promise<User> {
  const user = await findUser(db, scope, userId, bounds);
  if (!user) throw notFound();
  return user;
}

/** A page of a server's users, with counts by status. */
export async function listUsersOf(
  db: Db,
  scope: Scope,
  serverId: number,
  bounds: StatusBounds,
  query: UserQuery,
): Promise<UserList> {
  if (!inScope(scope, serverId)) throw notFound();
  const list = await listUsers(db, { scope, serverId, bounds }, query);
  // Users go to the bin with their server, so only where nobody is found it may not be there.
  if (list.counts.all === 0) await getServer(db, scope, serverId);
  return list;
}

/** A page of users by its number, of one server, which must be within the scope, or of the whole scope. */
export async function readNumberedPage(
  db: Db,
  scope: Scope,
  { serverId, ...filter }: UserFilter & { serverId?: number },
  place: { sort: UserSort; page: number; size: number },
  bounds: StatusBounds,
): Promise<{ items: User[]; total: number }> {
  if (serverId !== undefined && !inScope(scope, serverId)) throw notFound();
  return listNumberedPage(
    db,
    { scope, bounds, ...(serverId !== undefined && { serverId }) },
    filter,
    place,
  );
}

/** Adds a user; what is left out takes the service's default. */
export async function createUser(
  db: Db,
  actor: Actor,
  serverId: number,
  wish: NewUser,
  bounds: StatusBounds,
): Promise<User> {
  requireOnServer(actor, 'users:create', serverId);
  return inChange(db, actor, 'users:create', null, async (trx) => {
    if (!(await holdServer(trx, serverId))) throw notFound();
    const service = await serviceOf(trx, wish.service);
    const { accountName, contact = null, expiresOn = null, remark = null, enabled = true } = wish;
    const { totalDevices = service?.devices ?? null, dataLimitGb = service?.dataLimitGb ?? null } =
      wish;
    const serviceId = service?.id ?? null;
    const terms = { serviceId, expiresOn, totalDevices, dataLimitGb, enabled };
    const [userId = 0] = await addUsers(trx, [
      { serverId, accountName, contact, remark, ...terms },
    ]);
    return getUser(trx, actor.scope, userId, bounds);
  });
}

/** Keeps a server from the bin until the transaction ends; tells whether it is there. */
export function holdLivingServer(trx: Trx, serverId: number): Promise<boolean> {
  return holdServer(trx, serverId);
}

/** Adds users within a change, in the order given; gives their ids, or says that a name is taken. */
export async function addUsers(
  trx: Trx,
  rows: Omit<NewUserRow, 'nameKey' | 'searchKey'>[],
): Promise<number[]> {
  try {
    return await insertUsers(
      trx,
      rows.map((row) => ({ ...row, ...keysOf(row) })),
    );
  } catch (error) {
    throw asNameTaken(error);
  }
}

/** Alters the named fields of a user. */
export async function changeUser(
  db: Db,
  actor: Actor,
  userId: number,
  { version, service: serviceName, ...fields }: UserChange,
  bounds: StatusBounds,
): Promise<User> {
  const before = await reach(db, actor, 'users:update', userId, bounds);
  if (before.version !== version) throw staleVersion(before);

  return inChange(db, actor, 'users:update', null, async (trx) => {
    const service = await serviceOf(trx, serviceName);
    const { accountName = before.accountName } = fields;
    const { contact = before.contact, remark = before.remark } = fields;
    const keys = keysOf({ accountName, contact, remark });
    const serviceId = serviceName === undefined ? undefined : (service?.id ?? null);
    try {
      const user = await updateUser(
        trx,
        userId,
        version,
        { ...fields, ...keys, serviceId },
        bounds,
      );
      return user ?? (await refuseStale(trx, actor, userId, bounds));
    } catch (error) {
      throw asNameTaken(error);
    }
  });
}

/** Extends a user by months from the later of today and the end of the term; at a version, where one was shown. */
export async function extendUser(
  db: Db,
  actor: Actor,
  userId: number,
  { months, reason = null, version }: Extension & { version?: number },
  bounds: StatusBounds,
): Promise<User> {
  await reach(db, actor, 'users:extend', userId, bounds);
  const lengthen = async (trx: Trx) => {
    const term = await lockTerm(trx, userId);
    if (!term) throw notFound();
    if (version !== undefined && term.version !== version)
      await refuseStale(trx, actor, userId, bounds);
    if (passesLastDate(term.expiresOn, months, bounds.today))
      throw new AppError(
        'past_last_date',
        `No term ends later than ${lastDate}. Extend it by fewer months.`,
      );
    const expiresOn = extend(term.expiresOn, months, bounds.today);
    const user = await updateUser(trx, userId, term.version, { expiresOn }, bounds);
    return user ?? (await refuseStale(trx, actor, userId, bounds));
  };
  const tells = { event: 'users_extended', facts: { months } } as const;
  return inChange(db, actor, 'users:extend', reason, lengthen, { months, tells });
}

/** Moves a user to the bin; undoing the change brings it back. */
export async function removeUser(
  db: Db,
  actor: Actor,
  userId: number,
  version: number,
  bounds: StatusBounds,
): Promise<null> {
  await reach(db, actor, 'users:delete', userId, bounds);
  return inChange(db, actor, 'users:delete', null, async (trx) => {
    const user = await updateUser(trx, userId, version, { isBinned: true }, bounds);
    if (!user) await refuseStale(trx, actor, userId, bounds);
    return null;
  });
}

/** The enabled users whose term ends soonest, from a day on. */
export function nextToExpire(
  db: Db,
  scope: Scope,
  bounds: StatusBounds,
  from: CalendarDate,
  most: number,
): Promise<User[]> {
  return listNextToExpire(db, { scope, bounds }, from, most);
}

/** The user, where the actor sees it and may do this on its server. */
async function reach(
  db: Db,
  actor: Actor,
  action: GrantedAction,
  userId: number,
  bounds: StatusBounds,
): Promise<User> {
  const user = await getUser(db, actor.scope, userId, bounds);
  requireOnServer(actor, action, user.serverId);
  return user;
}

async function refuseStale(
  trx: Trx,
  actor: Actor,
  userId: number,
  bounds: StatusBounds,
): Promise<never> {
  throw staleVersion(await getUser(trx, actor.scope, userId, bounds));
}

async function serviceOf(trx: Trx, name: string | null | undefined): Promise<Service | undefined> {
  if (name === null || name === undefined) return undefined;
  const service = await serviceNamed(trx, name);
  if (!service)
    throw new AppError('rule_broken', `There is no service “${name}”.`, {
      issues: [
        { path: '/service', code: 'unknown_service', message: 'Choose one of the services.' },
      ],
    });
  return service;
}

function asNameTaken(error: unknown): unknown {
  return brokenConstraint(error) === 'users_name'
    ? new AppError('name_taken', 'Another user of this server has this account name.', {
        issues: [{ path: '/accountName', code: 'name_taken', message: 'Choose another name.' }],
      })
    : error;
}
