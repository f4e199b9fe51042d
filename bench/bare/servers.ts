import type { ServerList } from '@cmp/shared/servers';
import type { Pool } from 'pg';
import { today } from './days.ts';
import { countsSql } from './users.ts';

export async function listServers(pool: Pool): Promise<ServerList> {
  const { rows: items } = await pool.query<ServerList['items'][number]>({
    name: 'servers',
    text: `select id, name, owner, service_type as "serviceType", ip_address as "ipAddress",
        domain_name as "domainName", note, position, version, created_at as "createdAt",
        updated_at as "updatedAt", standing.counts
      from servers left join lateral (
        select ${countsSql} from users
        where users.server_id = servers.id and users.deleted_at is null
      ) as standing on true
      where servers.deleted_at is null order by servers.position`,
    values: [today, today],
  });
  return { items, total: items.length };
}
