import { sql } from 'kysely';
import { connect, type Db } from '#database/client.ts';
import { dropBeside, listBeside } from './scratch.repository.ts';

/** Loading and filling a million rows takes its time; nobody waits for them but a job. */
const statementMs = 3_600_000;

/**
 * A schema beside as long as `use` runs, on connections of the owner. Its lock tells the sweep that it is no
 * leftover, and a second run of a killed job that the first one is still at it.
 */
export async function withScratch<Result>(
  ownerUrl: string,
  schema: string,
  use: (owner: Db) => Promise<Result>,
): Promise<Result> {
  const { db: owner } = connect(ownerUrl, 3, { statementMs });
  try {
    return await owner.connection().execute(async (holder) => {
      await sql`set lock_timeout = '60s'`.execute(holder);
      await sql`select pg_advisory_lock(hashtext(${schema}))`.execute(holder);
      await dropBeside(owner, schema);
      try {
        return await use(owner);
      } finally {
        await dropBeside(owner, schema).catch(() => {}); // The next sweep does.
      }
    });
  } finally {
    await owner.destroy();
  }
}

/** Drops the schemas that processes which died have left. */
export async function dropLeftScratch(ownerUrl: string): Promise<void> {
  const { db: owner } = connect(ownerUrl, 2, { statementMs: 180_000 });
  try {
    await owner.connection().execute(async (connection) => {
      for (const schema of await listBeside(connection)) {
        const { rows } = await sql<{ isFree: boolean }>`
          select pg_try_advisory_lock(hashtext(${schema})) as is_free`.execute(connection);
        if (rows[0]?.isFree) await dropBeside(connection, schema);
      }
    });
  } finally {
    await owner.destroy();
  }
}
