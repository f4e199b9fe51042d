import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '#database/client.ts';

/**
 * Puts the services of a configuration among those that are here, by name: users refer to them, so one that the file
 * does not know goes only where nobody has it. Names and aliases of the file win over those of what stays.
 */
export async function joinServices(trx: Trx, schema: string): Promise<void> {
  const file = sql.table(`${schema}.services`);
  await sql`
    delete from services h where ${isUnknownTo(file)}
      and not exists (select from users u where u.service_id = h.id)`.execute(trx);
  // Before the triggers are switched on again, which waits for no check that is still to come.
  await sql`set constraints services_position deferred`.execute(trx);
  await sql`
    update ${file} f set aliases = array(select a from unnest(f.aliases) with ordinality as l (a, place)
      where not exists (select from services h where h.name_key = a and ${isUnknownTo(file)}) order by place)`.execute(
    trx,
  );
  await sql`
    update services h set aliases = array(select a from unnest(h.aliases) with ordinality as l (a, place)
      where not exists (select from ${file} f where f.name_key = a or f.aliases @> array[a]) order by place)
    where ${isUnknownTo(file)}`.execute(trx);
  await sql`
    update services h set name = f.name, aliases = f.aliases, devices = f.devices,
      data_limit_gb = f.data_limit_gb, price_cents = f.price_cents, version = h.version + 1, updated_at = now()
    from ${file} f where f.name_key = h.name_key and (f.name, f.aliases, f.devices, f.data_limit_gb, f.price_cents)
      is distinct from (h.name, h.aliases, h.devices, h.data_limit_gb, h.price_cents)`.execute(trx);
  await sql`
    insert into services (name, name_key, aliases, devices, data_limit_gb, price_cents, position)
    select f.name, f.name_key, f.aliases, f.devices, f.data_limit_gb, f.price_cents, f.position from ${file} f
    where not exists (select from services h where h.name_key = f.name_key) order by f.position`.execute(
    trx,
  );
  await sql`
    update services set position = placed.place
    from (select h.id, row_number() over (order by f.position nulls last, h.position) as place
      from services h left join ${file} f on f.name_key = h.name_key) placed
    where placed.id = services.id`.execute(trx);
  await sql`set constraints services_position immediate`.execute(trx);
}

function isUnknownTo(file: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`not exists (select from ${file} known where known.name_key = h.name_key)`;
}

/**
 * Adds the accounts of a configuration that are not here: disabled, under a password that nobody knows, to be given a
 * new one. Those that are here stay as they are. Gives the names of the added.
 */
export async function joinAccounts(
  trx: Trx,
  schema: string,
  passwordHash: string,
): Promise<string[]> {
  const { rows } = await sql<{ username: string }>`
    insert into accounts (username, name_key, display_name, email, role, password_hash, must_change_password, disabled_at)
    select f.username, f.name_key, f.display_name, f.email, f.role, ${passwordHash}, true, coalesce(f.disabled_at, now())
    from ${sql.table(`${schema}.accounts`)} f
    where not exists (select from accounts h where h.name_key = f.name_key) order by f.id
    returning username`.execute(trx);
  return rows.map(({ username }) => username);
}
