import { sql } from 'kysely';
import type { Config } from '#config.ts';
import { StartRefused } from '#lib/start-refused.ts';
import { answered } from './answered.ts';
import type { Db } from './client.ts';
import { migrate, pendingMigrations } from './migrator.ts';
import { findOutsideCredentials } from './outside-credentials.ts';
import { makeOutsideRoles, onServer, type RoleUrls, roleUrls, withDb } from './outside-roles.ts';
import { readPowers, refusePowerfulRole } from './role-powers.ts';
import { keepSessionDefaults } from './session-defaults.ts';

type OutsideConfig = Pick<Config, 'dataDir' | 'database'>;

interface Prepared {
  appUrl: string;
  ownerUrl: string | undefined;
  applied: string[];
}

/** As which roles an outside database is migrated and served. */
export type OutsideAccess =
  | ({ kind: 'two-roles' } & RoleUrls)
  /** The given role may make the two; `made` where it has. */
  | { kind: 'maker'; adminUrl: string; made: RoleUrls | undefined }
  /** Someone else migrates. */
  | { kind: 'app-only'; appUrl: string }
  | { kind: 'single-role'; url: string };

/**
 * Brings an outside database up to date, roles included where the given one may make them. Gives the
 * address to serve from and the migrations that were applied.
 */
export async function prepareOutsideDatabase(config: OutsideConfig): Promise<Prepared> {
  const prepared = await prepareAs(await findOutsideAccess(config), config.dataDir);
  if (config.database.kind === 'outside' && config.database.directUrl)
    await withDb(prepared.appUrl, keepSessionDefaults);
  return prepared;
}

async function prepareAs(access: OutsideAccess, dataDir: string): Promise<Prepared> {
  switch (access.kind) {
    case 'two-roles':
      return migrateAsOwner(access);
    case 'maker':
      return migrateAsOwner(await makeOutsideRoles(access.adminUrl, dataDir));
    case 'app-only':
      await refusePending(access.appUrl);
      return { appUrl: access.appUrl, ownerUrl: undefined, applied: [] };
    case 'single-role':
      return { appUrl: access.url, ownerUrl: access.url, applied: await migrate(access.url) };
  }
}

/** What the given addresses allow, without altering anything. */
export async function findOutsideAccess({
  dataDir,
  database,
}: OutsideConfig): Promise<OutsideAccess> {
  if (database.kind !== 'outside') throw new Error('The database is the embedded one.');
  const { directUrl, ownerUrl, singleRole } = database;
  const url = directUrl ?? database.url;
  if (ownerUrl) return { kind: 'two-roles', ownerUrl, appUrl: url };
  if (singleRole) return { kind: 'single-role', url };

  const { role, mayMakeRoles, isApp } = await answered(() => onServer(url, readPowers));
  if (mayMakeRoles) {
    if (directUrl)
      throw new StartRefused(
        `A pooler must know whom it lets in, so DATABASE_DIRECT_URL names cmp_app and not ${role}: ` +
          'make the roles once with DATABASE_URL alone, leading to PostgreSQL itself (`cmp migrate`).',
      );
    const kept = findOutsideCredentials(dataDir);
    return { kind: 'maker', adminUrl: url, made: kept && roleUrls(url, kept) };
  }
  if (isApp) return { kind: 'app-only', appUrl: url };
  throw new StartRefused(
    `DATABASE_URL's role ${role} may not make the roles cmp_owner and cmp_app: give one that may, ` +
      'or make them and set DATABASE_OWNER_URL too, or set DB_SINGLE_ROLE=on to serve as the owner.',
  );
}

async function migrateAsOwner({ ownerUrl, appUrl }: RoleUrls): Promise<Prepared> {
  // Migrations grant to cmp_app where it is there, so it must be there before.
  await answered(() =>
    withDb(appUrl, async (db) => {
      const { role, isApp } = await readPowers(db);
      if (!isApp)
        throw new StartRefused(`DATABASE_URL's role ${role} is not cmp_app, nor one of it.`);
    }),
  );
  const applied = await answered(() => migrate(ownerUrl));
  await withDb(appUrl, async (db) => {
    await refusePowerfulRole(db, false);
    await refuseShutOut(db);
  });
  return { appUrl, ownerUrl, applied };
}

/** The owner has let cmp_app in, if this is the owner's database. */
async function refuseShutOut(db: Db): Promise<void> {
  const { rows } = await sql<{ mayServe: boolean }>`
    select coalesce(has_table_privilege(to_regclass('public.users'), 'update'), false)
      as may_serve`.execute(db);
  if (!rows[0]?.mayServe)
    throw new StartRefused(
      'cmp_app may not use the tables: DATABASE_URL and DATABASE_OWNER_URL are two databases, or DATABASE_OWNER_URL does not own them.',
    );
}

async function refusePending(appUrl: string): Promise<void> {
  const pending = await answered(() => withDb(appUrl, pendingMigrations));
  if (pending.length > 0)
    throw new StartRefused(
      `The database lacks ${pending.join(', ')}, and cmp_app may not migrate: set DATABASE_OWNER_URL too, or run \`cmp migrate\` with it first.`,
    );
}
