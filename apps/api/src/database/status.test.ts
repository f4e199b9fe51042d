import { addDays, todayIn } from '@cmp/shared/calendar';
import { boundsAt, Status, statusOf } from '@cmp/shared/status';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { test } from '#test/fixtures.ts';
import { statusCountsSql, statusSql } from './status.ts';

const zones = [
  'UTC',
  'Asia/Yangon',
  'Asia/Kolkata',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Africa/Cairo',
  'Australia/Lord_Howe',
];
const moments = fc.integer({
  min: Date.parse('2010-01-01T00:00:00Z'),
  max: Date.parse('2040-01-01T00:00:00Z'),
});

test('SQL gives every term the status that statusOf gives it, and counts them so', async ({
  db,
}) => {
  await fc.assert(
    fc.asyncProperty(
      moments,
      fc.constantFrom(...zones),
      fc.constantFrom(1, 24, 72, 168),
      async (now, zone, windowHours) => {
        const bounds = boundsAt(now, zone, windowHours);
        const days = Array.from({ length: 24 }, (_, index) => index - 12);
        const dates = [
          ...days.map((day) => addDays(todayIn(now, zone), day)),
          '0001-01-01',
          '9999-12-31',
          null,
        ];
        const terms = dates.flatMap((expiresOn) => [
          { expiresOn, enabled: true },
          { expiresOn, enabled: false },
        ]);
        const users = sql`unnest(
          ${terms.map(({ expiresOn }) => expiresOn ?? 'infinity')}::date[],
          ${terms.map(({ enabled }) => enabled)}::bool[]
        ) with ordinality as users (expires_on, enabled, id)`;

        const { rows } = await sql<{ status: Status }>`
          select ${statusSql(bounds)} as status from ${users} order by id`.execute(db);
        const counted = await sql<{ counts: Record<string, number> }>`
          select ${statusCountsSql(bounds)} as counts from ${users}`.execute(db);

        const expected = terms.map((term) => statusOf(term, bounds));
        expect(rows.map(({ status }) => status)).toEqual(expected);
        expect(counted.rows[0]?.counts).toEqual({
          all: terms.length,
          ...Object.fromEntries(
            Status.options.map((status) => [
              status,
              expected.filter((other) => other === status).length,
            ]),
          ),
        });
      },
    ),
    { numRuns: 150 },
  );
});
