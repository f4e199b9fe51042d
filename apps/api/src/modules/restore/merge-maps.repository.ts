import { sql } from 'kysely';
import type { Trx } from '#database/client.ts';
import { staged } from './merge-staging.repository.ts';

/** Finds for each of the file's rows the one that it means here, if there is one. */
export async function mapToHere(trx: Trx, rules: MergeRules): Promise<void> {
  await mapServices(trx);
  await mapServers(trx, rules);
  await mapUsers(trx, rules);
  for (const map of ['service', 'server', 'user'])
    await sql`analyze ${sql.table(`pg_temp.restored_${map}_ids`)}`.execute(trx);
}

export interface MergeRules {
  planId: number;
  /** What was altered here later is newer. */
  createdAt: string;
  overwriteNewer: boolean;
  isForeign: boolean;
}

/** By its name; a name that is another's alias here means that one. */
async function mapServices(trx: Trx): Promise<void> {
  await sql`
    create temp table restored_service_ids on commit drop as
    select f.id, coalesce(h.id, alias.id) as here_id, f.name, h.id is not null as is_same
    from ${staged('services')} f
    left join services h on h.name_key = f.name_key
    left join lateral (select id from services a where a.aliases @> array[f.name_key] order by id limit 1) alias
      on h.id is null`.execute(trx);
}

/** Living ones by their name; one that is in the bin here, and was not when the file was made, was removed since. */
async function mapServers(
  trx: Trx,
  { createdAt, overwriteNewer, isForeign }: MergeRules,
): Promise<void> {
  await sql`
    create temp table restored_server_ids on commit drop as
    select f.id, h.id as here_id, f.name,
      h.id is null and gone.id is not null and not ${overwriteNewer}::boolean as is_gone
    from ${staged('servers')} f
    left join servers h on h.name_key = f.name_key and h.deleted_at is null
    left join servers gone on not ${isForeign}::boolean and gone.id = f.id and gone.name_key = f.name_key
      and gone.deleted_at > ${createdAt}::timestamptz
    where f.deleted_at is null`.execute(trx);
}

/**
 * A user of the same name on the same server; else, in a file of our own, the same row under the same name that
 * was transferred since.
 */
async function mapUsers(trx: Trx, { isForeign }: MergeRules): Promise<void> {
  await sql`
    create temp table restored_user_ids on commit drop as
    select f.id, h.id as here_id
    from ${staged('users')} f
    join restored_server_ids s on s.id = f.server_id
    join users h on h.server_id = s.here_id and h.name_key = f.name_key and h.deleted_at is null
    where f.deleted_at is null`.execute(trx);
  if (isForeign) return;
  await sql`create index on restored_user_ids (id)`.execute(trx);
  await sql`create index on restored_user_ids (here_id)`.execute(trx);
  await sql`
    insert into restored_user_ids
    select f.id, h.id
    from ${staged('users')} f
    join users h on h.id = f.id and h.name_key = f.name_key and h.deleted_at is null
    where f.deleted_at is null
      and not exists (select from restored_user_ids m where m.id = f.id)
      and not exists (select from restored_user_ids m where m.here_id = h.id)`.execute(trx);
}
