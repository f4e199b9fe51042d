import type { Readable } from 'node:stream';
import { type CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { camelCase } from './camel-case.ts';
import { connectionSettings, type Trx } from './client.ts';
import type { DB } from './schema.gen.ts';

/** Gives what a COPY … TO STDOUT without parameters sends, as the bytes that come in. */
export type Copying = (copy: CompiledQuery) => Readable;

/**
 * Reads all as it is at one moment, on a connection of its own that may take as long as it takes. The transaction
 * ends with the connection: whoever stops in the middle of a COPY waits for no rest of it.
 */
export async function atOneMoment<Result>(
  databaseUrl: string,
  read: (trx: Trx, copying: Copying) => Promise<Result>,
): Promise<Result> {
  const options = { ...connectionSettings(databaseUrl, 0), ...livenessChecks };
  const client = new pg.Client(options);
  client.on('error', () => {}); // What is asked of it fails, and says so.
  try {
    await client.connect();
    const query: pg.Client['query'] = client.query.bind(client);
    const pool = {
      options,
      connect: async () => ({ query, release: () => {} }),
      end: async () => {},
    };
    const db = new Kysely<DB>({
      dialect: new PostgresDialect({ pool }),
      plugins: [camelCase()],
    });
    const trx = await db.startTransaction().setIsolationLevel('repeatable read').execute();
    return await read(trx, ({ sql }) => {
      const stream = client.query(copyTo(sql));
      stream.on('error', () => {}); // Its reader hears of it, unless there is none any more.
      return stream;
    });
  } finally {
    await client.end();
  }
}

/** Without a limit on its statements nothing else would notice that the other machine is gone. */
const livenessChecks = { keepAliveInitialDelayMillis: 10_000 };
