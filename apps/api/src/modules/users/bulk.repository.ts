import type { PlanEntryKind } from '@cmp/shared/changes';
import { sql } from 'kysely';
import type { Trx } from '#database/client.ts';

export interface ChosenUser {
  id: number;
  serverId: number;
  accountName: string;
  expiresOn: string | null;
  enabled: boolean;
  version: number;
}

/** Those of the ids that are living users, in the order of the ids given. */
export async function listChosen(trx: Trx, ids: number[]): Promise<ChosenUser[]> {
  const { rows } = await sql<ChosenUser>`
    select users.id, server_id, account_name, expires_on, enabled, version
    from unnest(${ids}::int[]) with ordinality as chosen (id, place)
    join users on users.id = chosen.id and deleted_at is null
    order by place`.execute(trx);
  return rows;
}

export interface BulkEntry extends ChosenUser {
  kind: PlanEntryKind;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  reason: string | null;
}

/** Keeps what becomes of each user, in the order given; of one that goes, all that it is. */
export async function insertBulkEntries(
  trx: Trx,
  planId: number,
  entries: BulkEntry[],
): Promise<void> {
  await sql`
    insert into plan_entries (plan_id, ordinal, kind, table_name, row_id, server_id, name,
      base_version, before, after, reason)
    select ${planId}, entry.ordinal, entry.kind, 'users', entry.id, entry."serverId",
      entry."accountName", entry.version,
      case entry.kind when 'removed' then to_jsonb(u) - '{server_id,name_key,search_key,position,version,created_at,updated_at,deleted_at}'::text[]
        else entry.before end,
      entry.after, entry.reason
    from rows from (jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) as (id integer,
      "serverId" integer, "accountName" text, version integer, kind text, before jsonb,
      after jsonb, reason text)) with ordinality
      as entry (id, "serverId", "accountName", version, kind, before, after, reason, ordinal)
    join users u on u.id = entry.id`.execute(trx);
}

export async function listPlannedServers(trx: Trx, planId: number): Promise<number[]> {
  const { rows } = await sql<{ serverId: number }>`
    select distinct server_id from plan_entries where plan_id = ${planId}`.execute(trx);
  return rows.map(({ serverId }) => serverId);
}
