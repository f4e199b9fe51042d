import type { StatusBounds } from '@cmp/shared/status';
import type { User } from '@cmp/shared/users';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';
import { type Slot, statement, statements } from '#database/statement.ts';
import { type BoundsSql, statusSql } from '#database/status.ts';
import type { Scope } from '#plugins/access.ts';

/** What is told of a user; asks for `users`, `servers` and, joined from the left, `services`. */
export function columnsOf(bounds: BoundsSql) {
  return [
    'users.id',
    'users.serverId',
    'servers.name as serverName',
    'users.accountName',
    'services.name as service',
    'users.contact',
    sql<string | null>`users.expires_on`.as('expiresOn'),
    'users.totalDevices',
    'users.dataLimitGb',
    'users.remark',
    'users.enabled',
    statusSql(bounds).as('status'),
    'users.version',
    'users.createdAt',
    'users.updatedAt',
  ] as const;
}

export async function findUser(
  db: Db,
  scope: Scope,
  userId: number,
  bounds: StatusBounds,
): Promise<User | undefined> {
  const serverIds = scope.serverIds === 'all' ? null : scope.serverIds;
  const [user] = await userById(db, { userId, serverIds, ...bounds });
  return user;
}

interface UserPlace extends StatusBounds {
  userId: number;
  /** Null for all. */
  serverIds: readonly number[] | null;
}

const userById = statement((db, slot: Slot<UserPlace>) =>
  db
    .selectFrom('users')
    .innerJoin('servers', 'servers.id', 'users.serverId')
    .leftJoin('services', 'services.id', 'users.serviceId')
    .select(columnsOf({ today: slot('today'), soonUntil: slot('soonUntil') }))
    .where('users.id', '=', slot('userId'))
    .where('users.deletedAt', 'is', null)
    .where(sql<boolean>`coalesce(users.server_id = any(${slot('serverIds')}::int[]), true)`)
    .compile(),
);

/** Keeps a server from the bin until the transaction ends, so that nobody arrives on one that is gone. */
export async function holdServer(trx: Trx, serverId: number): Promise<boolean> {
  const row = await trx
    .selectFrom('servers')
    .select('id')
    .where('id', '=', serverId)
    .where('deletedAt', 'is', null)
    .forShare()
    .executeTakeFirst();
  return row !== undefined;
}

export interface NewUserRow {
  serverId: number;
  accountName: string;
  nameKey: string;
  searchKey: string;
  serviceId: number | null;
  contact: string | null;
  expiresOn: string | null;
  totalDevices: number | null;
  dataLimitGb: number | null;
  remark: string | null;
  enabled: boolean;
}

/** Adds users in one statement, in the order given; gives their ids in that order. */
export async function insertUsers(trx: Trx, rows: NewUserRow[]): Promise<number[]> {
  const column = <Key extends keyof NewUserRow>(key: Key) => rows.map((row) => row[key]);
  const inserted = await sql<{ id: number }>`
    insert into users (server_id, account_name, name_key, search_key, service_id, contact,
      expires_on, total_devices, data_limit_gb, remark, enabled)
    select server_id, account_name, name_key, search_key, service_id, contact,
      coalesce(expires_on, 'infinity'), total_devices, data_limit_gb, remark, enabled
    from unnest(
      ${column('serverId')}::int[], ${column('accountName')}::text[], ${column('nameKey')}::text[],
      ${column('searchKey')}::text[], ${column('serviceId')}::int[], ${column('contact')}::text[],
      ${column('expiresOn')}::date[], ${column('totalDevices')}::int[],
      ${column('dataLimitGb')}::float8[], ${column('remark')}::text[], ${column('enabled')}::bool[]
    ) with ordinality as row (server_id, account_name, name_key, search_key, service_id, contact,
      expires_on, total_devices, data_limit_gb, remark, enabled, arrival)
    order by arrival
    returning id`.execute(trx);
  return inserted.rows.map(({ id }) => id);
}

/** What is undefined stays as it is. */
export type UserFields = {
  [Field in Exclude<keyof NewUserRow, 'serverId'>]?: NewUserRow[Field] | undefined;
};

/** Alters a living user that is still at `version`, and gives the row as it is then. */
export async function updateUser(
  trx: Trx,
  userId: number,
  version: number,
  { isBinned = false, ...fields }: UserFields & { isBinned?: boolean },
  bounds: StatusBounds,
): Promise<User | undefined> {
  const given = alterable.filter((name) => fields[name] !== undefined);
  const expiresOn = fields.expiresOn ?? 'infinity';
  const values = { ...fields, expiresOn, userId, version, ...bounds };
  const [user] = await userUpdate(trx, { given, isBinned }, values);
  return user;
}

const alterable = [
  'accountName',
  'nameKey',
  'searchKey',
  'serviceId',
  'contact',
  'expiresOn',
  'totalDevices',
  'dataLimitGb',
  'remark',
  'enabled',
] as const satisfies (keyof UserFields)[];
type Alterable = (typeof alterable)[number];

interface UpdateShape {
  given: Alterable[];
  isBinned: boolean;
}

type UpdateValues = UserFields & { userId: number; version: number } & StatusBounds;

const userUpdate = statements((db, slot: Slot<UpdateValues>, { given, isBinned }: UpdateShape) =>
  db
    .with('updated', (cte) =>
      cte
        .updateTable('users')
        .set((eb) => ({
          ...Object.fromEntries(given.map((name) => [name, slot(name)])),
          ...(isBinned && { deletedAt: sql<string>`now()` }),
          version: eb('version', '+', 1),
          updatedAt: sql<string>`now()`,
        }))
        .where('id', '=', slot('userId'))
        .where('version', '=', slot('version'))
        .where('deletedAt', 'is', null)
        .returningAll(),
    )
    .selectFrom('updated as users')
    .innerJoin('servers', 'servers.id', 'users.serverId')
    .leftJoin('services', 'services.id', 'users.serviceId')
    .select(columnsOf({ today: slot('today'), soonUntil: slot('soonUntil') }))
    .compile(),
);

/** Locks a living user until the transaction ends and tells the term and version it has. */
export async function lockTerm(
  trx: Trx,
  userId: number,
): Promise<{ expiresOn: string | null; version: number } | undefined> {
  return trx
    .selectFrom('users')
    .select([sql<string | null>`expires_on`.as('expiresOn'), 'version'])
    .where('id', '=', userId)
    .where('deletedAt', 'is', null)
    .forUpdate()
    .executeTakeFirst();
}
