import { performance } from 'node:perf_hooks';
import type {
  DatabaseStatus,
  EffectiveValue,
  PoolState,
  ValueSource,
} from '@cmp/shared/settings/database';
import { sql } from 'kysely';
import type { Pool } from 'pg';
import type { Config } from '#config.ts';
import type { Db } from '#database/client.ts';
import { findCredentials } from '#database/cluster-credentials.ts';
import { findOutsideCredentials } from '#database/outside-credentials.ts';

/** How this instance came by its database. */
export type DatabasePlace = Pick<Config, 'dataDir' | 'database' | 'databaseVariables'>;

/** What is in effect and who set it, and how the database is. */
export async function readDatabaseStatus(
  db: Db,
  pool: Pool,
  place: DatabasePlace,
): Promise<DatabaseStatus> {
  return { effective: effectiveValues(place), ...(await readFacts(db, pool)) };
}

export async function readFacts(
  db: Db,
  pool: Pool,
): Promise<{ serverVersion: string; sizeBytes: number; pool: PoolState }> {
  const { rows } = await sql<{ serverVersion: string; sizeBytes: number }>`
    select current_setting('server_version') as server_version,
      pg_database_size(current_database()) as size_bytes`.execute(db);
  const [facts] = rows;
  if (!facts) throw new Error('The database told nothing of itself.');
  const { totalCount, idleCount, waitingCount } = pool;
  return {
    ...facts,
    pool: {
      size: pool.options.max,
      inUse: totalCount - idleCount,
      idle: idleCount,
      waiting: waitingCount,
    },
  };
}

/** How long one question takes there and back. */
export async function roundTrip(db: Db): Promise<number> {
  await sql`select 1`.execute(db); // A connection may have to be made first.
  const startedAt = performance.now();
  await sql`select 1`.execute(db);
  return Math.round((performance.now() - startedAt) * 100) / 100;
}

function effectiveValues({
  dataDir,
  database,
  databaseVariables,
}: DatabasePlace): EffectiveValue[] {
  const url = database.kind === 'outside' ? new URL(database.url) : undefined;
  const password = decodeURIComponent(url?.password ?? '');
  // The start command hands the address on in the same variable: its own password tells them apart.
  const isEmbedded = !url || isSame(findCredentials(dataDir)?.appPassword, password);
  const isRoleMade = isSame(findOutsideCredentials(dataDir)?.appPassword, password);

  const inParts =
    databaseVariables.includes('DB_HOST') && !databaseVariables.includes('DATABASE_URL');
  const of = (part: string) => (inParts ? part : 'DATABASE_URL');
  const sourceOf = (variable: string, isMade = isEmbedded): ValueSource => {
    if (isMade) return 'start';
    return databaseVariables.includes(variable) ? 'environment' : 'default';
  };
  const entry = (
    name: EffectiveValue['name'],
    value: string,
    variable: string,
    isMade = isEmbedded,
  ): EffectiveValue => ({ name, value, source: sourceOf(variable, isMade), variable });

  const isRoleOurs = isEmbedded || isRoleMade;
  return [
    entry('kind', isEmbedded ? 'embedded' : 'outside', of('DB_HOST')),
    entry('host', url?.searchParams.get('host') ?? url?.hostname ?? '', of('DB_HOST')),
    entry('port', url?.port || '5432', of('DB_PORT')),
    entry('database', decodeURIComponent(url?.pathname.slice(1) ?? ''), of('DB_DATABASE')),
    entry('user', decodeURIComponent(url?.username ?? ''), of('DB_USER'), isRoleOurs),
    entry('password', password ? 'set' : 'unset', of('DB_PASSWORD'), isRoleOurs),
    entry('encryption', url?.searchParams.get('sslmode') ?? 'off', of('DB_SSL')),
    entry('poolSize', String(database.poolSize), 'DB_POOL_SIZE', false),
    entry('prepared', database.isPrepared ? 'on' : 'off', 'DB_PREPARED', false),
  ];
}

function isSame(kept: string | undefined, password: string): boolean {
  return kept !== undefined && kept === password;
}
