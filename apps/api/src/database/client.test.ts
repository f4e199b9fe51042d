import { sql } from 'kysely';
import { expect } from 'vitest';
import { test } from '#test/fixtures.ts';

test('a connection that breaks in a transaction fails the transaction, not the process', async ({
  db,
}) => {
  const broken = db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
    // As cmp_app, which may end its own connections.
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(db);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await sql`select 1`.execute(trx);
  });

  await expect(broken).rejects.toThrow();
  expect(await sql`select 1 as one`.execute(db)).toMatchObject({ rows: [{ one: 1 }] });
});
