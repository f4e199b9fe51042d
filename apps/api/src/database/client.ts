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
 * keep statements by name; a pooler that hands each transaction another connection must not.
 */
export function connect(
  url: string,
  poolSize = 10,
  { isPrepared = false, statementMs = 15_000 } = {},
): { db: Db; pool: pg.Pool } {
  const pool = new pg.Pool({ ...connectionSettings(url, statementMs), max: poolSize });
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
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    statement_timeout: statementMs,
    query_timeout: statementMs && statementMs + 5_000,
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    // What is read often lies in memory: a server's default is a disk's, and reads whole tables to count.
    options: '-c TimeZone=UTC -c random_page_cost=1.1',
  };
}

/**
 * Beside a pool: connections of their own, for as long as `work` runs, whose statements may take longer than a
 * request may.
 */
export async function withPatience<Result>(
  { options }: pg.Pool,
  statementMs: number,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  const { db } = connect(options.connectionString ?? '', 2, { statementMs });
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
