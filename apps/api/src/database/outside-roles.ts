import { sql } from 'kysely';
import pg from 'pg';
import { StartRefused } from '#lib/start-refused.ts';
import { connect, type Db } from './client.ts';
import {
  findOutsideCredentials,
  makeOutsideCredentials,
  type OutsideCredentials,
  outsideCredentialsFile,
} from './outside-credentials.ts';
import { urlAs } from './roles.ts';

/** The two roles' addresses on an outside PostgreSQL. */
export interface RoleUrls {
  ownerUrl: string;
  appUrl: string;
}

/**
 * Makes `cmp_owner`, `cmp_app` and the database on an outside PostgreSQL, as far as they are missing.
 * Roles that are there are left as they are: they may be another installation's.
 */
export async function makeOutsideRoles(adminUrl: string, dataDir: string): Promise<RoleUrls> {
  const database = databaseOf(adminUrl);
  const credentials = await onServer(adminUrl, async (server) => {
    const found = await ensureRoles(server, adminUrl, dataDir);
    await ensureDatabase(server, database);
    return found;
  });
  await withDb(withDatabaseName(adminUrl, database), async (db) => {
    await openDatabase(db, database);
    await refuseForeignOwner(db, outsideCredentialsFile(dataDir));
  });
  return roleUrls(adminUrl, credentials);
}

export function roleUrls(adminUrl: string, credentials: OutsideCredentials): RoleUrls {
  const database = databaseOf(adminUrl);
  return {
    ownerUrl: urlAs(adminUrl, 'cmp_owner', credentials.ownerPassword, database),
    appUrl: urlAs(adminUrl, 'cmp_app', credentials.appPassword, database),
  };
}

/** The database the URL names; without a name, or with the server's own, it is `cmp`. */
function databaseOf(url: string): string {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  return name === '' || name === 'postgres' ? 'cmp' : name;
}

/** Works on the server whether or not the named database is there yet. */
export async function onServer<Result>(
  url: string,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  try {
    return await withDb(url, work);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== '3D000') throw error;
    return withDb(withDatabaseName(url, 'postgres'), work);
  }
}

/** One connection, so that a lock of its session holds. */
export async function withDb<Result>(
  url: string,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  const { db } = connect(url, 1);
  try {
    return await db.connection().execute(work);
  } finally {
    await db.destroy();
  }
}

function withDatabaseName(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.href;
}

async function ensureRoles(
  server: Db,
  adminUrl: string,
  dataDir: string,
): Promise<OutsideCredentials> {
  await sql`select pg_advisory_lock(7201154)`.execute(server); // Two starts at once take turns.
  const existing = await existingRoles(server);
  const kept = findOutsideCredentials(dataDir);
  if (!kept && existing.length > 0) throw foreignRoles(existing, dataDir);

  const credentials = kept ?? makeOutsideCredentials(dataDir);
  const passwords = { cmp_owner: credentials.ownerPassword, cmp_app: credentials.appPassword };
  for (const [role, password] of Object.entries(passwords)) {
    if (!existing.includes(role))
      await sql`create role ${sql.id(role)} login nocreatedb nocreaterole
        password ${sql.lit(password)}`.execute(server);
    else if (!(await canSignIn(urlAs(adminUrl, role, password, 'postgres'))))
      throw foreignRoles([role], dataDir);
  }
  return credentials;
}

async function existingRoles(server: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select rolname as name from pg_roles where rolname in ('cmp_owner', 'cmp_app')
    order by rolname`.execute(server);
  return rows.map(({ name }) => name);
}

async function canSignIn(url: string): Promise<boolean> {
  try {
    return await withDb(url, async (db) => {
      await sql`select 1`.execute(db);
      return true;
    });
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '28P01') return false;
    throw error;
  }
}

function foreignRoles(roles: string[], dataDir: string): StartRefused {
  return new StartRefused(
    `The server has ${roles.join(' and ')} already, and not with a password kept in ` +
      `${outsideCredentialsFile(dataDir)}: bring that file back, or name the roles and their ` +
      'passwords in DATABASE_URL (cmp_app) and DATABASE_OWNER_URL (cmp_owner).',
  );
}

async function ensureDatabase(server: Db, database: string): Promise<void> {
  const { rows } = await sql`select from pg_database where datname = ${database}`.execute(server);
  if (rows.length > 0) return;
  const name = sql.id(database);
  try {
    await sql`create database ${name} encoding 'UTF8' template template0`.execute(server);
  } catch (error) {
    throw new StartRefused(
      `The database ${database} could not be made (${String(error)}). Make it and name it in DATABASE_URL.`,
      { cause: error },
    );
  }
  await sql`revoke connect, temporary on database ${name} from public`.execute(server);
}

/** Lets the two roles in. The database keeps its owner, who may be somebody's administrator. */
async function openDatabase(db: Db, database: string): Promise<void> {
  await refuseForeignTables(db, database);
  const name = sql.id(database);
  await sql`grant create, connect, temporary on database ${name} to cmp_owner`.execute(db);
  await sql`grant connect, temporary on database ${name} to cmp_app`.execute(db);
  await sql`grant create, usage on schema public to cmp_owner`.execute(db);
  // Databases that grew up before PostgreSQL 15 let everybody make tables.
  await sql`revoke create on schema public from public`.execute(db);

  // A GRANT by somebody who may not is only a warning.
  const { rows } = await sql<{ isOpen: boolean }>`
    select has_database_privilege('cmp_owner', ${database}, 'create')
      and has_schema_privilege('cmp_owner', 'public', 'create')
      and has_database_privilege('cmp_app', ${database}, 'connect') as is_open`.execute(db);
  if (!rows[0]?.isOpen)
    throw new StartRefused(
      `DATABASE_URL's role may not open the database ${database} to cmp_owner. Name one that it owns.`,
    );
}

async function refuseForeignTables(db: Db, database: string): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and to_regclass('public.schema_migrations') is null
    order by relname limit 1`.execute(db);
  if (rows[0])
    throw new StartRefused(
      `The database ${database} holds tables of something else (${rows[0].name}). Name an empty one in DATABASE_URL.`,
    );
}

/** A role that served alone keeps its tables: cmp_owner could not migrate them. */
async function refuseForeignOwner(db: Db, credentialsFile: string): Promise<void> {
  const { rows } = await sql<{ owner: string }>`
    select pg_get_userbyid(relowner) as owner from pg_class
    where oid = to_regclass('public.schema_migrations')
      and not pg_has_role('cmp_owner', relowner, 'usage')`.execute(db);
  if (rows[0])
    throw new StartRefused(
      `The tables belong to ${rows[0].owner}, which served alone: name it in DATABASE_OWNER_URL, and cmp_app, ` +
        `whose password is in ${credentialsFile}, in DATABASE_URL.`,
    );
}
