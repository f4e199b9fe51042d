import { sql } from 'kysely';
import type { Trx } from '#database/client.ts';

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

/** Adds users in one statement; they arrive in the order given. */
export async function insertUsers(trx: Trx, rows: NewUserRow[]): Promise<void> {
  const column = <Key extends keyof NewUserRow>(key: Key) => rows.map((row) => row[key]);
  await sql`
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
    order by arrival`.execute(trx);
}
