import { CamelCasePlugin, Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import type { DB } from './schema.gen.ts';

/** The database, or a transaction on it: a query need not know which. */
export type Db = Kysely<DB>;
export type Trx = Transaction<DB>;

/** Connects with limits on every wait, so that no request hangs with the database. */
export function connect(
  url: string,
  poolSize = 10,
  { statementMs = 15_000 } = {},
): { db: Db; pool: pg.Pool } {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 5_000,
    statement_timeout: statementMs,
    query_timeout: statementMs + 5_000,
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    options: '-c TimeZone=UTC',
  });
  pool.on('error', () => {}); // An idle connection broke: the pool has already dropped it.
  // One at work broke: its query fails and says so, but without a listener the process would end, too.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<DB>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  return { db, pool };
}

const { INT8, DATE, TIMESTAMPTZ } = pg.types.builtins;
pg.types.setTypeParser(INT8, Number);
pg.types.setTypeParser(DATE, (date) => (date === 'infinity' ? null : date)); // Never expires.
pg.types.setTypeParser(TIMESTAMPTZ, (utc) => utc.replace(' ', 'T').replace('+00', 'Z'));
