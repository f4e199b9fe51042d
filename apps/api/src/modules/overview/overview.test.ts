import { addDays } from '@cmp/shared/calendar';
import { Overview } from '@cmp/shared/overview';
import { describe, expect } from 'vitest';
import { test } from '#test/fixtures.ts';

describe('GET /overview', () => {
  test('counts by status, service, server and day, and names who to renew next', async ({
    api,
    given,
  }) => {
    const [tokyo, lima] = await given.servers('tokyo', 'lima');
    const admin = await api.as('admin');
    const { today } = Overview.parse((await admin.get('/overview')).json());
    const add = (serverId: number, accountName: string, fields: object) =>
      admin.post(`/servers/${serverId}/users`, { accountName, ...fields });
    await add(tokyo.id, 'over', { expiresOn: addDays(today, -2) });
    await add(tokyo.id, 'ends-today', { expiresOn: today });
    await add(tokyo.id, 'later', { expiresOn: addDays(today, 10) });
    await add(tokyo.id, 'off', { expiresOn: today, enabled: false });
    await add(lima.id, 'never', {});
    await add(lima.id, 'long-gone', { expiresOn: addDays(today, -31) });

    const overview = Overview.parse((await admin.get('/overview')).json());

    expect(overview.counts).toEqual({ all: 6, active: 2, soon: 1, expired: 2, disabled: 1 });
    expect(overview.servers).toMatchObject([
      { name: 'tokyo', counts: { all: 4, active: 1, soon: 1, expired: 1, disabled: 1 } },
      { name: 'lima', counts: { all: 2, active: 1, soon: 0, expired: 1, disabled: 0 } },
    ]);
    expect(overview.services).toEqual([{ service: null, count: 6 }]);
    expect(overview.expiries).toEqual([
      { date: today, count: 1 },
      { date: addDays(today, 10), count: 1 },
    ]);
    expect(overview.next.map((user) => user.accountName)).toEqual(['over', 'ends-today', 'later']);
  });

  test('is of one server where one is asked for, and only of a granted one', async ({
    api,
    given,
  }) => {
    const [tokyo, lima] = await given.servers('tokyo', 'lima');
    await given.users(tokyo.id, 'ann');
    await given.users(lima.id, 'canary');
    const viewer = await api.as('viewer', [{ serverId: tokyo.id, level: 'view', actions: [] }]);

    const granted = await viewer.get(`/overview?serverId=${tokyo.id}`);
    const other = await viewer.get(`/overview?serverId=${lima.id}`);

    expect(granted.json()).toMatchObject({ counts: { all: 1 }, servers: [{ name: 'tokyo' }] });
    expect(other.statusCode).toBe(404);
  });

  test('knows the granted servers alone', async ({ api, given }) => {
    const [tokyo, lima] = await given.servers('tokyo', 'lima');
    await given.users(tokyo.id, 'ann');
    await given.users(lima.id, 'canary');
    const viewer = await api.as('viewer', [{ serverId: tokyo.id, level: 'view', actions: [] }]);

    const response = await viewer.get('/overview');

    expect(response.json()).toMatchObject({ counts: { all: 1 }, servers: [{ name: 'tokyo' }] });
    expect(response.body).not.toMatch(/lima|canary/);
  });
});
