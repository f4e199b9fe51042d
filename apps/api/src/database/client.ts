import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { camelCase } from './camel-case.ts';
import type { DB } from './schema.gen.ts';
import { nameOf } from './statement.ts';

/** The database, or a transaction on it: a query need not know which. */
export type Db = Kysely<DB>;
export type Trx = Transaction<DB>;

/**
 * Connects with limits on every wait, so that no request hangs with the database. `isPrepared` lets connections
 * keep statements by name; a pooler that hands each transaction another connection must not. `isPooled` is for
 * such a pooler: it refuses what a session is opened with, so the role's defaults have to say it.
 */
export function connect(
  url: string,
  poolSize = 10,
  { isPrepared = false, isPooled = false, statementMs = requestMs } = {},
): { db: Db; pool: pg.Pool } {
  const settings = isPooled ? pooledSettings(url) : connectionSettings(url, statementMs);
  const pool = new pg.Pool({ ...settings, max: poolSize });
  pool.on('error', () => {}); // An idle connection broke: the pool has already dropped it.
  // One at work broke: its query fails and says so, but without a listener the process would end, too.
  pool.on('connect', (client) => client.on('error', () => {}));
  if (isPrepared) pool.on('connect', sendNames);
  const db = new Kysely<DB>({
    dialect: new PostgresDialect({ pool }),
    plugins: [camelCase()],
  });
  return { db, pool };
}

/** What every connection is opened with. A statement may take as long as it takes where its limit is 0. */
export function connectionSettings(url: string, statementMs: number): pg.ClientConfig {
  return {
    ...pooledSettings(url),
    query_timeout: statementMs && statementMs + answerMs,
    options: optionsOf({ ...sessionSettings, statement_timeout: String(statementMs) }),
  };
}

function pooledSettings(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: requestMs + answerMs,
    keepAlive: true,
  };
}

/** As start options, which hold over the role's defaults, also where they are 0. */
export function optionsOf(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/** How long the answer may be on its way after the database gave up. */
const answerMs = 5_000;
const requestMs = 15_000;

/** What holds in every session that serves: as PostgreSQL's pg_settings writes it, times in milliseconds. */
export const sessionSettings: Record<string, string> = {
  TimeZone: 'UTC',
  // What is read often lies in memory: a server's default is a disk's, and reads whole tables to count.
  random_page_cost: '1.1',
  statement_timeout: String(requestMs),
  lock_timeout: '5000',
  idle_in_transaction_session_timeout: '30000',
};

/** Connections of their own, for as long as `work` runs, whose statements may take longer than a request may. */
export async function withPatience<Result>(
  url: string,
  statementMs: number,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  const { db } = connect(url, 2, { statementMs });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** Lets a connection send a statement's text once, and its name from then on. */
function sendNames(client: pg.PoolClient): void {
  const { query } = client;
  const named = (text: unknown, ...rest: unknown[]) => {
    const name = typeof text === 'string' ? nameOf(text) : undefined;
    return Reflect.apply(query, client, [name === undefined ? text : { name, text }, ...rest]);
  };
  Object.assign(client, { query: named });
}

const { INT8, DATE, TIMESTAMPTZ } = pg.types.builtins;
pg.types.setTypeParser(INT8, Number);
pg.types.setTypeParser(DATE, (date) => (date === 'infinity' ? null : date)); // Never expires.
pg.types.setTypeParser(TIMESTAMPTZ, (utc) => utc.replace(' ', 'T').replace('+00', 'Z'));
