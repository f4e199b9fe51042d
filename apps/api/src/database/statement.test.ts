import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Db } from '#database/client.ts';
import { test } from '#test/fixtures.ts';
import { type Slot, statement } from './statement.ts';

test('a statement is parsed once where connections keep them, and kept nowhere else', async ({
  startInstance,
  db: unprepared,
}) => {
  const { db: prepared } = await startInstance();
  const double = statement((db, slot: Slot<{ number: number }>) =>
    sql<{ doubled: number }>`select ${slot('number')}::int * 2 as doubled`.compile(db),
  );
  const askTwice = (db: Db) =>
    db.transaction().execute(async (trx) => {
      const [one] = await double(trx, { number: 1 });
      const [two] = await double(trx, { number: 2 });
      const { rows: kept } = await sql`
        select generic_plans + custom_plans as runs from pg_prepared_statements
        where statement like '%doubled'`.execute(trx);
      return { answers: [one?.doubled, two?.doubled], kept };
    });

  expect(await askTwice(prepared)).toEqual({ answers: [2, 4], kept: [{ runs: 2 }] });
  expect(await askTwice(unprepared)).toEqual({ answers: [2, 4], kept: [] });
});
