import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { type Db, optionsOf } from './client.ts';

const shipped = new URL('../../../../migrations/', import.meta.url);

/** Two starts at once take turns; the number means nothing. */
const lockId = 7_201_153;

/**
 * The release before serves meanwhile. Whoever waits for a table keeps all who come later from it, so a migration
 * waits a little, steps aside, and comes again.
 */
const patience = { lockMs: 2_000, tries: 30, pauseMs: 1_000 };

/**
 * Brings the schema up to date as its owner: every file of migrations/ not yet applied, in order, each in
 * a transaction, recorded with its checksum. Gives the names it applied. Refuses an altered file, and a
 * database whose encoding is not UTF8. Lets cmp_app in where it came after the tables.
 */
export async function migrate(
  ownerUrl: string,
  folder = shipped,
  patient = patience,
): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl, options });
  await client.connect();
  try {
    await refuseForeignEncoding(client);
    await client.query('select pg_advisory_lock($1)', [lockId]);
    const applied = await appliedMigrations(client);

    const fresh: string[] = [];
    for (const { name, text, checksum } of await migrations(folder)) {
      const recorded = applied.get(name);
      if (recorded === checksum) continue;
      if (recorded) throw new MigrationError(`Migration ${name} was altered after it was applied.`);
      await apply(client, { name, text, checksum }, patient);
      fresh.push(name);
    }

    await client.query("call let_app('select', 'schema_migrations')");
    if (await isAppShutOut(client)) await letAppIn(client, folder);
    await client.query('call make_partitions()');
    return fresh;
  } finally {
    await client.end();
  }
}

/** A migration takes as long as it takes, whatever the role's defaults are for those who serve. */
const options = optionsOf({
  ...{ TimeZone: 'UTC', statement_timeout: '0', lock_timeout: '0' },
  idle_in_transaction_session_timeout: '0',
});

/** What stops a start and needs a person: shown as a sentence, without a stack. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** The names of all migrations that this release brings, in order. */
export async function shippedMigrations(): Promise<string[]> {
  return (await migrations(shipped)).map(({ name }) => name);
}

/** The migrations' names that this database lacks. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const applied = new Set(await appliedNames(db));
  return (await shippedMigrations()).filter((name) => !applied.has(name));
}

/** The names of those that it has, and this release knows nothing of. */
export async function newerMigrations(db: Db): Promise<string[]> {
  const shippedNames = new Set(await shippedMigrations());
  return (await appliedNames(db)).filter((name) => !shippedNames.has(name));
}

async function appliedNames(db: Db): Promise<string[]> {
  const { rows } = await sql<{ table: string | null }>`
    select to_regclass('schema_migrations')::text as table`.execute(db);
  if (!rows[0]?.table) return [];
  const applied = await sql<{ name: string }>`
    select name from schema_migrations order by name`.execute(db);
  return applied.rows.map(({ name }) => name);
}

async function refuseForeignEncoding(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ encoding: string }>(
    "select current_setting('server_encoding') as encoding",
  );
  const encoding = rows[0]?.encoding;
  if (encoding !== 'UTF8')
    throw new MigrationError(
      `The database's encoding is ${encoding}. Create it with ENCODING 'UTF8' and start again.`,
    );
}

async function appliedMigrations(client: pg.Client): Promise<Map<string, string>> {
  await client.query(`create table if not exists schema_migrations (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`);
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from schema_migrations',
  );
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

async function apply(
  client: pg.Client,
  migration: Migration,
  { lockMs, tries, pauseMs }: typeof patience,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await applyOnce(client, migration, lockMs);
      return;
    } catch (error) {
      if (!isKeptWaiting(error))
        throw new MigrationError(`Migration ${migration.name} failed: ${String(error)}`, {
          cause: error,
        });
      if (attempt >= tries)
        throw new MigrationError(
          `Migration ${migration.name} was kept from its tables ${tries} times: end what holds them (pg_stat_activity) and migrate again.`,
          { cause: error },
        );
      await wait(pauseMs);
    }
  }
}

async function applyOnce(
  client: pg.Client,
  { name, text, checksum }: Migration,
  lockMs: number,
): Promise<void> {
  await client.query('begin');
  try {
    await client.query(`set local lock_timeout = ${lockMs}`);
    await client.query(text);
    await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [
      name,
      checksum,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

const lockNotAvailable = '55P03';

function isKeptWaiting(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === lockNotAvailable;
}

/** Tables made while cmp_app was not there are closed to it. */
async function isAppShutOut(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ isShutOut: boolean }>(`
    select not has_table_privilege(oid, to_regclass('users'), 'update') as "isShutOut"
    from pg_roles where rolname = 'cmp_app'`);
  return rows[0]?.isShutOut ?? false;
}

/** Grants all that the migrations would have, had the role been there. */
async function letAppIn(client: pg.Client, folder: URL): Promise<void> {
  const texts = (await migrations(folder)).map(({ text }) => text);
  const calls = texts.flatMap((text) => text.match(/^call let_app\(.*\);$/gm) ?? []);
  // One text is one transaction.
  await client.query(calls.join('\n'));
}

/** The tables that the migrations put under audit. */
export async function auditedTables(): Promise<string[]> {
  const texts = (await migrations(shipped)).map(({ text }) => text);
  return texts.flatMap((text) =>
    [...text.matchAll(/^call audit\('(\w+)'/gm)].map(([, name = '']) => name),
  );
}

interface Migration {
  name: string;
  text: string;
  checksum: string;
}

async function migrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}
