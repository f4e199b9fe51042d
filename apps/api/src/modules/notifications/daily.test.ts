import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { inChange } from '#modules/changes/changes.service.ts';
import { test as base, keys, system, unlimited } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { endingTeller, tellReport } from './daily.service.ts';

const place = { key: keys.settings, overrides: {} };

const test = base
  .extend('app', async ({ startInstance }) => startInstance({ limits: unlimited }))
  .extend('admin', async ({ api }) => api.as('admin'))
  .extend('siteIn', async ({ admin }) => async (timeZone: string, more: object = {}) => {
    const values = { timeZone, ...more };
    const response = await admin.patch('/settings/general', { version: 1, values });
    if (response.statusCode !== 200) throw new Error(response.body);
  })
  /** The events there are of a kind, first to last. */
  .extend('eventsOf', async ({ db }) => async (...events: string[]) => {
    const { rows } = await sql<{ event: string; facts: object; servers: object[]; key: string }>`
      select event, facts, servers, dedup_key as key from events where event = any(${events}) order by id`.execute(
      db,
    );
    return rows;
  });

describe('the news of the morning', () => {
  test('name by server how many end soon and who ended yesterday, from nine by the site’s clocks', async ({
    given,
    siteIn,
    eventsOf,
    db,
  }) => {
    await siteIn('Asia/Yangon');
    const [tokyo, osaka, kyoto] = await given.servers('tokyo', 'osaka', 'kyoto');
    const ending = (accountName: string, expiresOn: string, enabled = true) => ({
      ...{ accountName, expiresOn, enabled },
    });
    const many = Array.from({ length: 7 }, (_, at) => ending(`soon-${at}`, '2026-03-04'));
    await given.users(
      tokyo.id,
      ...many,
      ending('gone', '2026-03-03'),
      ending('off', '2026-03-04', false),
    );
    await given.users(osaka.id, ending('last', '2026-03-03'), ending('long-gone', '2026-03-02'));
    await given.users(kyoto.id, ending('later', '2026-03-06'), 'never');
    const tellOfEnding = endingTeller(db);

    await tellOfEnding(new Date('2026-03-04T02:29:59Z'));
    expect(await eventsOf('users_soon', 'users_expired')).toEqual([]);
    await tellOfEnding(new Date('2026-03-04T02:30:00Z'));

    expect(await eventsOf('users_soon', 'users_expired')).toEqual([
      {
        ...{ event: 'users_soon', facts: {}, key: 'users_soon 2026-03-04' },
        servers: [
          {
            ...{ id: tokyo.id, name: 'tokyo', users: 7 },
            names: ['soon-0', 'soon-1', 'soon-2', 'soon-3', 'soon-4'],
          },
        ],
      },
      {
        ...{ event: 'users_expired', facts: {}, key: 'users_expired 2026-03-04' },
        servers: [
          { id: tokyo.id, name: 'tokyo', users: 1, names: ['gone'] },
          { id: osaka.id, name: 'osaka', users: 1, names: ['last'] },
        ],
      },
    ]);
  });

  test('are told once a day, whichever instance notices, and by one that was down at nine', async ({
    given,
    siteIn,
    eventsOf,
    db,
  }) => {
    await siteIn('Asia/Yangon');
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, { accountName: 'ann', expiresOn: '2026-03-04' });
    const evening = new Date('2026-03-04T15:00:00Z');
    const [one, other] = [endingTeller(db), endingTeller(db)];

    await Promise.all([one(evening), other(evening), one(evening)]);
    await other(new Date('2026-03-05T02:00:00Z')); // Half past eight of the next day.
    expect(await eventsOf('users_soon', 'users_expired')).toHaveLength(1);
    await one(new Date('2026-03-05T02:31:00Z'));
    await other(new Date('2026-03-05T03:31:00Z'));

    expect((await eventsOf('users_soon', 'users_expired')).map(({ key }) => key)).toEqual([
      'users_soon 2026-03-04',
      'users_expired 2026-03-05',
    ]);
  });

  test.for([
    ['2026-03-29', '2026-03-29T06:59:00Z', '2026-03-29T07:00:00Z'],
    ['2026-10-25', '2026-10-25T07:59:00Z', '2026-10-25T08:00:00Z'],
  ] as const)(
    'are told at nine also on the day that clocks are set: %s',
    async ([day, before, nine], { given, siteIn, eventsOf, db }) => {
      await siteIn('Europe/Berlin');
      const [tokyo] = await given.servers('tokyo');
      await given.users(tokyo.id, { accountName: 'ann', expiresOn: day });
      const tellOfEnding = endingTeller(db);

      await tellOfEnding(new Date(before));
      expect(await eventsOf('users_soon')).toEqual([]);
      await tellOfEnding(new Date(nine));

      // The evening before had 23 hours to go, or 25: what ends within the window is the shared rule's to say.
      expect(await eventsOf('users_soon')).toMatchObject([{ key: `users_soon ${day}` }]);
    },
  );

  test('are none of a server in the bin', async ({ given, admin, eventsOf, db }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, { accountName: 'ann', expiresOn: '2026-03-04' });
    await admin.delete(`/servers/${tokyo.id}?version=1`);

    await endingTeller(db)(new Date('2026-03-04T12:00:00Z'));

    expect(await eventsOf('users_soon', 'users_expired')).toEqual([]);
  });
});

describe('the report', () => {
  const chat = { enabled: true, defaultChatId: '-100200', report: 'daily', reportTime: '18:30' };

  test('is asked for once a day at its time, and goes to the site’s chat', async ({
    admin,
    siteIn,
    eventsOf,
    db,
  }) => {
    await siteIn('Asia/Yangon');
    await admin.patch('/settings/telegram', { version: 1, values: chat, password });

    await tellReport(db, place, new Date('2040-03-04T11:59:59Z'));
    expect(await eventsOf('report')).toEqual([]);
    const due = new Date('2040-03-04T12:00:00Z');
    await Promise.all([tellReport(db, place, due), tellReport(db, place, due)]);
    await tellReport(db, place, new Date('2040-03-04T15:00:00Z'));

    expect(await eventsOf('report')).toMatchObject([
      { facts: { day: '2040-03-04', period: 'daily' }, key: 'report 2040-03-04' },
    ]);
    const to = db
      .selectFrom('deliveries')
      .innerJoin('events', 'events.id', 'eventId')
      .select(['channel', 'chatId', 'deliveries.accountId'])
      .where('event', '=', 'report');
    expect(await to.execute()).toEqual([
      { channel: 'telegram', chatId: '-100200', accountId: null },
    ]);
  });

  test('comes on its weekday alone', async ({ admin, siteIn, eventsOf, db }) => {
    await siteIn('Asia/Yangon');
    const values = { ...chat, report: 'weekly', reportDay: 'sunday' };
    await admin.patch('/settings/telegram', { version: 1, values, password });

    // 4 March 2040 is a Sunday; at 18:00Z on Saturday it is Sunday in Yangon already.
    for (const at of ['2040-03-03T12:30:00Z', '2040-03-03T18:00:00Z', '2040-03-05T13:00:00Z'])
      await tellReport(db, place, new Date(at));
    expect(await eventsOf('report')).toEqual([]);
    await tellReport(db, place, new Date('2040-03-04T13:00:00Z'));

    expect(await eventsOf('report')).toMatchObject([
      { facts: { day: '2040-03-04', period: 'weekly' } },
    ]);
  });

  test('of a day is none where it was asked for after its time, or not at all', async ({
    admin,
    siteIn,
    eventsOf,
    db,
  }) => {
    await siteIn('Asia/Yangon');
    const values = { ...chat, reportTime: '08:00' };
    await admin.patch('/settings/telegram', { version: 1, values, password });
    await inChange(db, system, 'settings:update', null, (trx) =>
      trx
        .updateTable('settings')
        .set({ updatedAt: '2040-03-04T02:00:00Z' })
        .where('section', '=', 'telegram')
        .execute(),
    );

    await tellReport(db, place, new Date('2040-03-04T03:00:00Z'));
    expect(await eventsOf('report')).toEqual([]);
    await tellReport(db, place, new Date('2040-03-05T03:00:00Z'));
    await admin.patch('/settings/telegram', { version: 2, values: { report: 'off' } });
    await tellReport(db, place, new Date('2040-03-06T03:00:00Z'));

    expect(await eventsOf('report')).toMatchObject([{ key: 'report 2040-03-05' }]);
  });
});
