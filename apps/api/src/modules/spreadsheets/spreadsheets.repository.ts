import type { StatusBounds } from '@cmp/shared/status';
import type { UserFilter, UserSort } from '@cmp/shared/users';
import { sql } from 'kysely';
import type { Db } from '#database/client.ts';
import { orderOf } from '#modules/users/user-cursor.ts';
import { hasStatus, livingIn, matches } from '#modules/users/user-filter.ts';
import type { Scope } from '#plugins/access.ts';
import type { ExportedUser } from './user-sheet.ts';

interface Exported {
  scope: Scope;
  serverId: number;
  bounds: StatusBounds;
  filter: UserFilter;
  sort: UserSort;
}

/** A server's users in their order, some hundred at a time, all as they stood at one moment. */
export function eachUser(
  db: Db,
  exported: Exported,
  use: (batches: AsyncIterable<ExportedUser[]>) => Promise<void>,
): Promise<void> {
  return db
    .transaction()
    .setAccessMode('read only')
    .execute(async (trx) => {
      await sql`declare exported no scroll cursor for ${usersOf(exported)}`.execute(trx);
      await use(batches(trx));
    });
}

const batchRows = 500;

async function* batches(trx: Db): AsyncGenerator<ExportedUser[]> {
  for (;;) {
    const { rows } = await sql<ExportedUser>`fetch ${sql.lit(batchRows)} from exported`.execute(
      trx,
    );
    if (rows.length > 0) yield rows;
    if (rows.length < batchRows) return;
  }
}

function usersOf({ scope, serverId, bounds, filter, sort }: Exported) {
  return sql`
    select users.account_name, services.name as service, users.contact, users.expires_on,
      users.total_devices, users.data_limit_gb, users.remark, users.enabled,
      services.devices as service_devices
    from users left join services on services.id = users.service_id
    where ${livingIn(scope, serverId)} and ${matches(filter, serverId)}
      and ${hasStatus(filter.status ?? [], bounds)}
    order by ${orderOf(sort).orderBy(false)}`;
}
