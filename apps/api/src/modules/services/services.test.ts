import { describe, expect } from 'vitest';
import { listEntries, test } from '#test/fixtures.ts';
import { shipServices } from './services.service.ts';

const gold = { name: 'Gold', aliases: ['Au'], devices: 3, dataLimitGb: 500, priceCents: 900 };

test('a new portal has the shipped services, also where two instances start at once', async ({
  api,
  db,
}) => {
  await Promise.all([shipServices(db), shipServices(db), shipServices(db)]);
  await shipServices(db);

  const { items, total } = (await (await api.as('viewer')).get('/services')).json();

  expect(total).toBe(3);
  expect(items).toMatchObject([
    { name: 'Mini', aliases: ['x-ray', 'xray', 'outline'], devices: 1, dataLimitGb: 100 },
    { name: 'Basic', aliases: [], devices: 2, dataLimitGb: 100 },
    { name: 'Unlimited', aliases: [], devices: 2, dataLimitGb: null },
  ]);
});

test('services the operator deleted do not come back', async ({ api, db }) => {
  await shipServices(db);
  const admin = await api.as('admin');
  const { items } = (await admin.get('/services')).json();
  await admin.delete(`/services/${items[0].id}?version=1`);

  await shipServices(db);

  expect((await admin.get('/services')).json().items).toMatchObject([
    { name: 'Basic' },
    { name: 'Unlimited' },
  ]);
});

describe('an admin', () => {
  test('adds, alters and deletes a service, on record', async ({ api, db }) => {
    const admin = await api.as('admin');

    const added = await admin.post('/services', gold);
    const altered = await admin.patch(`/services/${added.json().id}`, {
      version: 1,
      devices: 5,
      priceCents: null,
    });
    const stale = await admin.patch(`/services/${added.json().id}`, { version: 1, devices: 6 });
    const deleted = await admin.delete(`/services/${added.json().id}?version=2`);

    expect(added.json()).toMatchObject({ ...gold, aliases: ['au'], position: 1, version: 1 });
    expect(altered.json()).toMatchObject({
      name: 'Gold',
      devices: 5,
      priceCents: null,
      dataLimitGb: 500,
      version: 2,
    });
    expect(stale.json()).toMatchObject({
      code: 'stale_version',
      details: { current: { devices: 5 } },
    });
    expect(deleted.statusCode).toBe(204);
    const entries = (await listEntries(db)).filter(({ tableName }) => tableName === 'services');
    expect(entries.map(({ action }) => action)).toEqual([
      'services:create',
      'services:update',
      'services:delete',
    ]);
    expect(entries[1]).toMatchObject({
      before: { devices: 3, price_cents: 900 },
      after: { devices: 5 },
    });
  });

  test('gives no two services one name or alias, whatever its case', async ({ api, db }) => {
    const admin = await api.as('admin');
    await admin.post('/services', gold);
    const silver = (await admin.post('/services', { name: 'Silver' })).json();

    const refusals = [
      await admin.post('/services', { name: 'GOLD' }),
      await admin.post('/services', { name: 'au' }),
      await admin.post('/services', { name: 'Bronze', aliases: ['gold'] }),
      await admin.patch(`/services/${silver.id}`, { version: 1, name: 'ＡＵ' }),
      await admin.patch(`/services/${silver.id}`, { version: 1, aliases: ['Gold'] }),
    ];

    for (const response of refusals) expect(response.json()).toMatchObject({ code: 'name_taken' });
    expect(
      await db.selectFrom('services').select(['name', 'version']).orderBy('id').execute(),
    ).toEqual([
      { name: 'Gold', version: 1 },
      { name: 'Silver', version: 1 },
    ]);
  });

  test('makes one of ten services of a name at once', async ({ api }) => {
    const admin = await api.as('admin');

    const responses = await Promise.all(
      Array.from({ length: 10 }, () => admin.post('/services', gold)),
    );

    expect(responses.map(({ statusCode }) => statusCode).toSorted()).toEqual([
      201,
      ...Array(9).fill(422),
    ]);
  });

  test('cannot delete a service that a user has, in the bin or not', async ({ api, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    await shipServices(db);
    const admin = await api.as('admin');
    const { items } = (await admin.get('/services')).json();
    const user = await admin.post(`/servers/${tokyo.id}/users`, {
      accountName: 'aung',
      service: 'Mini',
    });

    const used = await admin.delete(`/services/${items[0].id}?version=1`);
    await admin.delete(`/users/${user.json().id}?version=1`);
    const binned = await admin.delete(`/services/${items[0].id}?version=1`);

    expect(user.statusCode).toBe(201);
    for (const response of [used, binned])
      expect(response.json()).toMatchObject({ code: 'service_in_use' });
    expect((await admin.get('/services')).json().total).toBe(3);
  });

  test('is told what a service cannot be', async ({ api, db }) => {
    const admin = await api.as('admin');

    for (const [field, body] of [
      ['name', { ...gold, name: '' }],
      ['name', { devices: 1 }],
      ['devices', { ...gold, devices: -1 }],
      ['devices', { ...gold, devices: 1.5 }],
      ['dataLimitGb', { ...gold, dataLimitGb: '100' }],
      ['aliases', { ...gold, aliases: 'au' }],
      ['aliases', { ...gold, aliases: Array(21).fill('a') }],
      ['position', { ...gold, position: 1 }],
    ] as const) {
      const response = await admin.post('/services', body);
      expect(response.statusCode).toBe(400);
      expect(response.json().message).toContain(field);
    }
    expect(await db.selectFrom('services').select('id').execute()).toEqual([]);
  });
});

test('who is no admin reads the services and alters none', async ({ api, db }) => {
  await shipServices(db);
  for (const who of [await api.as('server_admin'), await api.as('viewer')]) {
    const { items } = (await who.get('/services')).json();
    const responses = [
      await who.post('/services', gold),
      await who.patch(`/services/${items[0].id}`, { version: 1, devices: 9 }),
      await who.delete(`/services/${items[0].id}?version=1`),
    ];

    expect(responses.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403]);
  }
  expect(await db.selectFrom('services').select('version').execute()).toEqual(
    Array(3).fill({ version: 1 }),
  );
});

test('an admin puts the services in another order, and takes that back', async ({ api, db }) => {
  await shipServices(db);
  const admin = await api.as('admin');
  const before: { id: number; name: string }[] = (await admin.get('/services')).json().items;
  const serviceIds = before.map(({ id }) => id).toReversed();

  const moved = await admin.put('/services/order', { serviceIds });
  const short = await admin.put('/services/order', { serviceIds: serviceIds.slice(1) });
  const twice = await admin.put('/services/order', { serviceIds: [serviceIds[0], serviceIds[0]] });

  expect(moved.json().items).toMatchObject([
    { name: 'Unlimited', position: 1, version: 2 },
    { name: 'Basic', position: 2, version: 1 },
    { name: 'Mini', position: 3, version: 2 },
  ]);
  expect([short.statusCode, short.json().code]).toEqual([409, 'stale_version']);
  expect([twice.statusCode, twice.json().code]).toEqual([422, 'rule_broken']);

  const plan = (await admin.post(`/changes/${moved.headers['x-change-id']}/undo`)).json();
  await admin.post(`/plans/${plan.id}/commit`, {});
  expect((await admin.get('/services')).json().items).toMatchObject([
    { name: 'Mini' },
    { name: 'Basic' },
    { name: 'Unlimited' },
  ]);
});
