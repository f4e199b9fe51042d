import { sql } from 'kysely';
import { expect } from 'vitest';
import { connect, type Db } from '#database/client.ts';
import { test as base } from '#test/fixtures.ts';
import { type Slot, statement, statements } from './statement.ts';

const test = base.extend('prepared', async ({ databaseUrl }, { onCleanup }) => {
  const { db } = connect(databaseUrl, 4, { isPrepared: true });
  onCleanup(() => db.destroy());
  return db;
});

test('a statement is parsed once where connections keep them, and kept nowhere else', async ({
  prepared,
  db: unprepared,
}) => {
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

test('a shape has a statement of its own, parsed once; of more shapes than a connection should keep, none is kept', async ({
  prepared: db,
}) => {
  const times = statements((built, slot: Slot<{ number: number }>, factor: number) =>
    sql<{ product: number }>`
      select ${slot('number')}::int * ${sql.lit(factor)} as product`.compile(built),
  );
  const ask = async (asked: Db, factor: number, number: number) =>
    (await times(asked, factor, { number }))[0]?.product;

  const { answers, kept } = await db.transaction().execute(async (trx) => {
    const answered = [await ask(trx, 2, 1), await ask(trx, 3, 1), await ask(trx, 2, 5)];
    for (let factor = 4; factor < 100; factor += 1) answered.push(await ask(trx, factor, 1));
    const { rows } = await sql<{ statements: number; runs: number }>`
      select count(*)::int as statements, sum(generic_plans + custom_plans)::int as runs
      from pg_prepared_statements where statement like '%as product'`.execute(trx);
    return { answers: answered, kept: rows };
  });

  expect(answers.slice(0, 4)).toEqual([2, 3, 10, 4]);
  expect(answers.at(-1)).toBe(99);
  expect(kept).toEqual([{ statements: 64, runs: 65 }]);
});

test('shapes that come to one text share its name, and leave the next text its own', async ({
  prepared: db,
}) => {
  const words = statements(
    (built, slot: Slot<{ word: string }>, { text }: { text: string; by: number }) =>
      sql<{ said: string }>`select ${slot('word')}::text || ${sql.lit(text)} as said`.compile(
        built,
      ),
  );
  const say = async (text: string, by: number) => (await words(db, { text, by }, { word: 'a' }))[0];

  expect(await say('b', 1)).toEqual({ said: 'ab' });
  expect(await say('b', 2)).toEqual({ said: 'ab' });
  expect(await say('c', 1)).toEqual({ said: 'ac' });
  expect(await say('b', 1)).toEqual({ said: 'ab' });
});
