import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { test } from '#test/fixtures.ts';

const minuteMs = 60_000;

describe('a status', () => {
  test.for([
    // The site's zone, a last valid day, and the instant of the midnight that follows it there.
    ['UTC', '2027-01-31', '2027-02-01T00:00:00Z'],
    ['Asia/Yangon', '2027-01-31', '2027-01-31T17:30:00Z'],
    ['America/Sao_Paulo', '2027-01-31', '2027-02-01T03:00:00Z'],
    // Clocks went from 00:00 to 01:00: the day ended an hour before the next one's first hour.
    ['America/Sao_Paulo', '2018-11-03', '2018-11-04T03:00:00Z'],
    ['Pacific/Apia', '2027-01-31', '2027-01-31T11:00:00Z'],
    // There was no 30 December 2011: the 29th and the 30th end together.
    ['Pacific/Apia', '2011-12-29', '2011-12-30T10:00:00Z'],
  ] as const)(
    'in %s turns at the midnight after %s',
    async ([timeZone, expiresOn, midnight], { api, given, startInstance }) => {
      const clock = { now: new Date(0) };
      const values = { timeZone, soonWindowHours: 24 };
      await (await api.as('admin')).patch('/settings/general', { version: 1, values });
      const admin = await api.as('admin', [], await startInstance({ now: () => clock.now }));
      const [tokyo] = await given.servers('tokyo');
      const [ann] = await given.users(tokyo.id, { accountName: 'ann', expiresOn });
      const at = async (ms: number) => {
        clock.now = new Date(ms);
        const one = (await admin.get(`/users/${ann?.id}`)).json().status;
        const list = (await admin.get(`/users?status=${one}`)).json();
        const servers = (await admin.get('/servers')).json();
        const overview = (await admin.get('/overview')).json();
        const stands = { all: 1, active: 0, soon: 0, expired: 0, disabled: 0, [one]: 1 };
        expect(list).toMatchObject({ total: 1, counts: stands, items: [{ status: one }] });
        expect(servers.items).toMatchObject([{ counts: stands }]);
        expect(overview.counts).toEqual(stands);
        return one;
      };

      const end = Date.parse(midnight);

      expect(await at(end - 24 * 60 * minuteMs - 1)).toBe('active');
      expect(await at(end - 24 * 60 * minuteMs)).toBe('soon');
      expect(await at(end - 1)).toBe('soon');
      expect(await at(end)).toBe('expired');
      expect(await at(end + 24 * 60 * minuteMs)).toBe('expired');
    },
  );

  test('follows the site’s zone and window within a second or so, on every instance', async ({
    api,
    given,
    startInstance,
  }) => {
    const now = () => new Date('2027-01-31T18:00:00Z'); // Already 1 February in Yangon.
    const here = await api.as('admin', [], await startInstance({ now }));
    const there = api.withCookies(here.cookies, await startInstance({ now }));
    const [tokyo] = await given.servers('tokyo');
    await given.users(
      tokyo.id,
      { accountName: 'a', expiresOn: '2027-01-31' },
      { accountName: 'b', expiresOn: '2027-02-02' },
    );
    const statuses = async (one: typeof there) =>
      (await one.get('/users')).json().items.map(({ status }: { status: string }) => status);

    const before = [await statuses(here), await statuses(there)];
    await here.patch('/settings/general', {
      version: 1,
      values: { timeZone: 'Asia/Yangon', soonWindowHours: 72 },
    });
    await pause(1_100);
    const after = [await statuses(here), await statuses(there)];

    expect(before).toEqual([
      ['soon', 'active'],
      ['soon', 'active'],
    ]);
    expect(after).toEqual([
      ['expired', 'soon'],
      ['expired', 'soon'],
    ]);
  });

  test('of an extension is of the site’s today', async ({ api, given, startInstance }) => {
    const now = () => new Date('2027-01-31T18:00:00Z');
    const app = await startInstance({ now });
    const admin = await api.as('admin', [], app);
    await admin.patch('/settings/general', { version: 1, values: { timeZone: 'Asia/Yangon' } });
    const [tokyo] = await given.servers('tokyo');
    const [ann] = await given.users(tokyo.id, { accountName: 'ann', expiresOn: '2027-01-31' });

    const extended = await admin.post(`/users/${ann?.id}/extend`, { months: 1 });

    expect(extended.json()).toMatchObject({ expiresOn: '2027-03-01', status: 'active' });
  });
});
