import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { type Db, optionsOf } from './client.ts';

const shipped = new URL('../../../../migrations/', import.meta.url);

/** Two starts at once take turns; the number means nothing. */
const lockId = 7_201_153;

/**
 * Brings the schema up to date as its owner: every file of migrations/ not yet applied, in order, each in
 * a transaction, recorded with its checksum. Gives the names it applied. Refuses an altered file, and a
 * database whose encoding is not UTF8. Lets cmp_app in where it came after the tables.
 */
export async function migrate(ownerUrl: string, folder = shipped): Promise<string[]> {
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
      await apply(client, name, text, checksum);
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
  const { rows } = await sql<{ table: string | null }>`
    select to_regclass('schema_migrations')::text as table`.execute(db);
  const applied = rows[0]?.table
    ? await sql<{ name: string }>`select name from schema_migrations`.execute(db)
    : { rows: [] };
  const names = new Set(applied.rows.map(({ name }) => name));
  return (await shippedMigrations()).filter((name) => !names.has(name));
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
  name: string,
  text: string,
  checksum: string,
): Promise<void> {
  await client.query('begin');
  try {
    await client.query(text);
    await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [
      name,
      checksum,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new MigrationError(`Migration ${name} failed: ${String(error)}`, { cause: error });
  }
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

async function migrations(
  folder: URL,
): Promise<{ name: string; text: string; checksum: string }[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}
