import { nameKey } from '@cmp/shared/primitives';
import type { StatusCounts, User, UserList } from '@cmp/shared/users';
import type { Pool } from 'pg';
import * as z from 'zod';
import type { Asked } from '#http-pairs.ts';
import { inChange } from './change.ts';
import { today } from './days.ts';

/** Every statement here has the day as $1 and the end of "soon" as $2. */
const days = [today, today];

export const countsSql = `json_build_object(
  'all', count(users.id),
  'disabled', count(*) filter (where not users.enabled),
  'expired', count(*) filter (where users.enabled and users.expires_on < $1::date),
  'soon', count(*) filter (where users.enabled and users.expires_on between $1::date and $2::date),
  'active', count(*) filter (where users.enabled
    and users.expires_on >= $1::date and users.expires_on > $2::date)) as counts`;

const columns = `users.id, users.server_id as "serverId", servers.name as "serverName",
  users.account_name as "accountName", services.name as service, users.contact,
  users.expires_on as "expiresOn", users.total_devices as "totalDevices",
  users.data_limit_gb as "dataLimitGb", users.remark, users.enabled,
  case when not users.enabled then 'disabled' when users.expires_on < $1::date then 'expired'
    when users.expires_on <= $2::date then 'soon' else 'active' end as status,
  users.version, users.created_at as "createdAt", users.updated_at as "updatedAt"`;

const itsNames = `join servers on servers.id = users.server_id
  left join services on services.id = users.service_id`;

const One = z.object({ id: z.coerce.number() });

const oneUser = {
  name: 'user',
  text: `select ${columns} from users ${itsNames} where users.id = $3 and users.deleted_at is null`,
};

export async function getUser(pool: Pool, { params }: Asked): Promise<User> {
  const { id } = One.parse(params);
  const { rows } = await pool.query<User>({ ...oneUser, values: [...days, id] });
  return only(rows);
}

const Change = z.object({ version: z.int(), remark: z.string() });

/** Reads the user first, as the product must to know whose it is. */
export async function patchUser(pool: Pool, { params, body }: Asked): Promise<User> {
  const { version, remark } = Change.parse(body);
  const before = await getUser(pool, { params, body });
  if (before.version !== version) throw new Error(`The version is not ${version}.`);
  const searchKey = nameKey([before.accountName, before.contact ?? '', remark].join('\n'));
  return inChange(pool, 'users:update', async (client) => {
    const { rows } = await client.query<User>({
      name: 'patch user',
      text: `with updated as (
          update users set remark = $5, search_key = $6, name_key = $7, version = version + 1,
            updated_at = now()
          where id = $3 and version = $4 and deleted_at is null returning *
        ) select ${columns} from updated as users ${itsNames}`,
      values: [...days, before.id, version, remark, searchKey, nameKey(before.accountName)],
    });
    return only(rows);
  });
}

const OfServer = z.object({ serverId: z.coerce.number() });

/** The first page by name, and the counts. */
export async function listUsers(pool: Pool, { params }: Asked): Promise<UserList> {
  const { serverId } = OfServer.parse(params);
  const { rows } = await pool.query<User & { counts: StatusCounts; key: string }>({
    name: 'users',
    text: `with counted as (
        select ${countsSql} from users where deleted_at is null and server_id = $3
      ), page as (
        select ${columns}, users.name_key::text as key from users ${itsNames}
        where users.deleted_at is null and users.server_id = $3
        order by users.name_key, users.id limit 51
      ) select page.*, counted.counts from counted left join page on true`,
    values: [...days, serverId],
  });
  const items = rows.slice(0, 50);
  const { counts } = only(rows);
  const last = only(items.slice(-1));
  const nextCursor = Buffer.from(JSON.stringify(['name', last.key, last.id])).toString('base64url');
  return { items, total: counts.all, counts, nextCursor };
}

function only<Row>([row]: Row[]): Row {
  if (row === undefined) throw new Error('The sample has no such row.');
  return row;
}
