import { sql } from 'kysely';
import { expect } from 'vitest';
import { test } from '#test/fixtures.ts';
import { keepHouse } from './housekeeping.service.ts';

test('makes the months ahead of the log, and removes what has had its time', async ({
  db,
  owner,
  given,
}) => {
  const { id } = await given.account();
  const keys = sql`insert into idempotency_keys (account_id, key, fingerprint, created_at) values
    (${id}, 'old', '', now() - interval '25 hours'), (${id}, 'new', '', now())`;
  await keys.execute(owner);
  const months = await listMonths();
  for (const month of months) await sql`drop table ${sql.table(month)}`.execute(owner);

  await keepHouse(db);

  expect(await listMonths()).toEqual(months);
  expect(months).toHaveLength(4);
  expect(await db.selectFrom('idempotencyKeys').select('key').execute()).toEqual([{ key: 'new' }]);

  async function listMonths() {
    const { rows } = await sql<{ name: string }>`
      select inhrelid::regclass::text as name from pg_inherits
      where inhparent = 'entries'::regclass and inhrelid <> 'entries_default'::regclass
      order by 1`.execute(owner);
    return rows.map(({ name }) => name);
  }
});
