import { setTimeout as pause } from 'node:timers/promises';
import { actionsOfLevel } from '@cmp/shared/permissions';
import { extend } from '@cmp/shared/renewal';
import { describe, expect } from 'vitest';
import type { Db } from '#database/client.ts';
import { shipServices } from '#modules/services/services.service.ts';
import { listEntries, test } from '#test/fixtures.ts';

const farFuture = '9999-12-31';

describe('POST /servers/:serverId/users', () => {
  test('adds a user with what is said, and names the change', async ({ api, db, given }) => {
    await shipServices(db);
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const said = {
      accountName: 'Ann.Min',
      contact: '+95 9 420 000 001',
      expiresOn: '2028-02-29',
      totalDevices: 7,
      dataLimitGb: 12.5,
      remark: 'Paid to May',
      enabled: false,
    };

    const added = await admin.post(`/servers/${tokyo.id}/users`, { ...said, service: 'basic' });

    expect(added.statusCode).toBe(201);
    expect(added.json()).toMatchObject({
      ...said,
      serverId: tokyo.id,
      serverName: 'tokyo',
      service: 'Basic',
      status: 'disabled',
      version: 1,
    });
    expect((await admin.get(`/users/${added.json().id}`)).json()).toEqual(added.json());
    expect((await listEntries(db)).at(-1)).toMatchObject({
      action: 'users:create',
      rowId: added.json().id,
      changeId: Number(added.headers['x-change-id']),
    });
  });

  test('fills what is absent from the service, and leaves what is null', async ({
    api,
    db,
    given,
  }) => {
    await shipServices(db);
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const expected: [object, object][] = [
      [{ service: 'Mini' }, { service: 'Mini', totalDevices: 1, dataLimitGb: 100 }],
      [{ service: ' X-RAY ' }, { service: 'Mini', totalDevices: 1, dataLimitGb: 100 }],
      [{ service: 'ｏｕｔｌｉｎｅ' }, { service: 'Mini', totalDevices: 1, dataLimitGb: 100 }],
      [{ service: 'UNLIMITED' }, { service: 'Unlimited', totalDevices: 2, dataLimitGb: null }],
      [
        { service: 'Basic', totalDevices: null, dataLimitGb: null },
        { service: 'Basic', totalDevices: null, dataLimitGb: null },
      ],
      [
        { service: 'Basic', totalDevices: 0, dataLimitGb: 0 },
        { service: 'Basic', totalDevices: 0, dataLimitGb: 0 },
      ],
      [{}, { service: null, totalDevices: null, dataLimitGb: null }],
      [{ service: null }, { service: null, totalDevices: null, dataLimitGb: null }],
    ];

    for (const [index, [said, kept]] of expected.entries()) {
      const accountName = `user ${index}`;
      const added = await admin.post(`/servers/${tokyo.id}/users`, { accountName, ...said });

      expect(added.json()).toMatchObject({
        accountName,
        ...kept,
        contact: null,
        expiresOn: null,
        remark: null,
        enabled: true,
        status: 'active',
      });
    }
  });

  test('refuses a service there is not, and says where', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');

    const refused = await admin.post(`/servers/${tokyo.id}/users`, {
      accountName: 'ann',
      service: 'Gold',
    });

    expect(refused.statusCode).toBe(422);
    expect(refused.json()).toMatchObject({
      code: 'rule_broken',
      details: { issues: [{ path: '/service', code: 'unknown_service' }] },
    });
    expect((await admin.get('/users')).json().total).toBe(0);
  });

  test('keeps text as it was typed, whatever it looks like', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const texts = [
      'x'.repeat(80),
      '😀'.repeat(40),
      '👩‍👩‍👧‍👦 family',
      'مرحبا بالعالم',
      'မြန်မာ',
      'Straße',
      '=HYPERLINK("http://192.0.2.1","x")',
      '__proto__',
      'constructor',
      "Robert'); drop table users;--",
      '<script>alert(1)</script>',
      '%_\\"\'',
      'null',
      '0',
    ];

    for (const text of texts) {
      const said = { accountName: text, contact: text, remark: text };
      const added = await admin.post(`/servers/${tokyo.id}/users`, said);

      expect(added.statusCode, text).toBe(201);
      expect((await admin.get(`/users/${added.json().id}`)).json()).toMatchObject(said);
    }
  });

  test('trims text, brings it to one form, and takes an empty field for none', async ({
    api,
    given,
  }) => {
    const [tokyo] = await given.servers('tokyo');

    const added = await (await api.as('admin')).post(`/servers/${tokyo.id}/users`, {
      accountName: '\u00a0 Cafe\u0301\t',
      contact: '  ',
      remark: '',
    });

    expect(added.json()).toMatchObject({ accountName: 'Caf\u00e9', contact: null, remark: null });
  });

  test('refuses what is malformed', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const malformed: Record<string, object | string> = {
      'no name': {},
      'a blank name': { accountName: ' ' },
      'a name of 81 characters': { accountName: 'x'.repeat(81) },
      'a name of 300 characters': { accountName: 'x'.repeat(300) },
      'a name that is longer in its one form': { accountName: '\ufb2c'.repeat(40) },
      'a name with a NUL': { accountName: 'a\0b' },
      'a name with a line break': { accountName: 'a\nb' },
      'a name with an escape': { accountName: 'a\u001b[31m' },
      'a name with a C1 control': { accountName: 'a\u0085b' },
      'half a character': { accountName: 'a\ud800' },
      'the other half': { accountName: '\udc00b' },
      'a contact with a NUL': { accountName: 'a', contact: '\0' },
      'a remark of 1,001 characters': { accountName: 'a', remark: 'x'.repeat(1001) },
      'a remark over two lines': { accountName: 'a', remark: 'a\nb' },
      'the 31st of February': { accountName: 'a', expiresOn: '2026-02-31' },
      'the 29th of February 2027': { accountName: 'a', expiresOn: '2027-02-29' },
      'a year of five digits': { accountName: 'a', expiresOn: '10000-01-01' },
      'a moment': { accountName: 'a', expiresOn: '2026-02-01T00:00:00Z' },
      'PostgreSQL’s end of time': { accountName: 'a', expiresOn: 'infinity' },
      'an empty date': { accountName: 'a', expiresOn: '' },
      '-1 devices': { accountName: 'a', totalDevices: -1 },
      'half a device': { accountName: 'a', totalDevices: 1.5 },
      'devices beyond all integers': { accountName: 'a', totalDevices: 2 ** 31 },
      'devices as text': { accountName: 'a', totalDevices: '2' },
      'a negative limit': { accountName: 'a', dataLimitGb: -0.1 },
      'a limit of 1e400': '{"accountName":"a","dataLimitGb":1e400}',
      '1e400 devices': '{"accountName":"a","totalDevices":1e400}',
      'enabled as text': { accountName: 'a', enabled: 'true' },
      'enabled as null': { accountName: 'a', enabled: null },
      'an unknown field': { accountName: 'a', colour: 'red' },
      'an id': { accountName: 'a', id: 1 },
      'a server': { accountName: 'a', serverId: tokyo.id },
      'a status': { accountName: 'a', status: 'active' },
      'a prototype': '{"accountName":"a","__proto__":{"enabled":false}}',
      'a name twice': '{"accountName":"a","accountName":"b"}',
      'an array': [],
    };

    for (const [what, body] of Object.entries(malformed)) {
      const refused = await admin.post(`/servers/${tokyo.id}/users`, body, {
        'content-type': 'application/json',
      });

      expect(refused.statusCode, what).toBe(400);
    }
    expect((await admin.get('/users')).json().total).toBe(0);
  });

  test('gives a name once on a server, however it is written, until it is deleted', async ({
    api,
    given,
  }) => {
    const [tokyo, osaka] = await given.servers('tokyo', 'osaka');
    const admin = await api.as('admin');
    const add = (serverId: number, accountName: string) =>
      admin.post(`/servers/${serverId}/users`, { accountName });
    const first = await add(tokyo.id, 'Ann.Min');

    for (const name of ['ann.min', 'ANN.MIN', ' Ａｎｎ.Min']) {
      const refused = await add(tokyo.id, name);
      expect(refused.statusCode, name).toBe(422);
      expect(refused.json()).toMatchObject({
        code: 'name_taken',
        details: { issues: [{ path: '/accountName' }] },
      });
    }
    const elsewhere = await add(osaka.id, 'ann.min');
    await admin.delete(`/users/${first.json().id}?version=1`);
    const again = await add(tokyo.id, 'ANN.min');

    expect([first, elsewhere, again].map(({ statusCode }) => statusCode)).toEqual([201, 201, 201]);
    expect(again.json()).toMatchObject({ accountName: 'ANN.min', version: 1 });
    expect(again.json().id).not.toBe(first.json().id);
  });

  test('lets one of several users of one name in', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');

    const answers = await Promise.all(
      ['ann', 'Ann', 'ANN', 'aNN'].map((accountName) =>
        admin.post(`/servers/${tokyo.id}/users`, { accountName }),
      ),
    );

    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 422, 422, 422]);
  });
});

describe('PATCH /users/:id', () => {
  const full = {
    accountName: 'ann',
    service: 'Mini',
    contact: 'May',
    expiresOn: '2030-01-31',
    totalDevices: 3,
    dataLimitGb: 50,
    remark: 'paid',
    enabled: true,
  };

  test('alters only what is named; null clears; each edit is one version', async ({
    api,
    db,
    given,
  }) => {
    await shipServices(db);
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const added = (await admin.post(`/servers/${tokyo.id}/users`, full)).json();
    const edits: [object, object][] = [
      [{ contact: 'Lin' }, {}],
      [{ accountName: 'ANN' }, {}],
      [{ service: 'unlimited' }, { service: 'Unlimited' }],
      [{ enabled: false }, { status: 'disabled' }],
      [{ enabled: true, expiresOn: '2020-01-01' }, { status: 'expired' }],
      [{ expiresOn: null }, { status: 'active' }],
      [{ service: null, contact: null, remark: '' }, { remark: null }],
      [{ totalDevices: null, dataLimitGb: null }, {}],
      [{ totalDevices: 0, dataLimitGb: 0 }, {}],
    ];

    let before = added;
    for (const [edit, besides] of edits) {
      const edited = await admin.patch(`/users/${added.id}`, { version: before.version, ...edit });

      expect(edited.json()).toEqual({
        ...before,
        ...edit,
        ...besides,
        version: before.version + 1,
        updatedAt: edited.json().updatedAt,
      });
      expect((await admin.get(`/users/${added.id}`)).json()).toEqual(edited.json());
      before = edited.json();
    }
  });

  test('is found by its new text, and no more by the old', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const user = await admin.post(`/servers/${tokyo.id}/users`, { ...full, service: null });
    const found = async (q: string) => (await admin.get(`/users?q=${q}`)).json().total;

    await admin.patch(`/users/${user.json().id}`, { version: 1, remark: 'relay' });
    await admin.patch(`/users/${user.json().id}`, { version: 2, accountName: 'zawzaw' });

    expect(await found('relay')).toBe(1);
    expect(await found('zawz')).toBe(1);
    expect(await found('May')).toBe(1);
    expect(await found('za')).toBe(1);
    expect(await found('paid')).toBe(0);
    expect(await found('an')).toBe(0);
  });

  test('refuses a stale version and shows the user as it is', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [ann] = await given.users(tokyo.id, 'ann');
    const admin = await api.as('admin');
    const current = (await admin.patch(`/users/${ann?.id}`, { version: 1, contact: 'May' })).json();

    const answers = [
      await admin.patch(`/users/${ann?.id}`, { version: 1, contact: 'Lin' }),
      await admin.patch(`/users/${ann?.id}`, { version: 3, contact: 'Lin' }),
      await admin.delete(`/users/${ann?.id}?version=1`),
    ];

    for (const answer of answers) {
      expect(answer.statusCode).toBe(409);
      expect(answer.json()).toMatchObject({ code: 'stale_version', details: { current } });
    }
    expect((await admin.get(`/users/${ann?.id}`)).json()).toEqual(current);
  });

  test('lets one of several editors of one version win', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [ann] = await given.users(tokyo.id, 'ann');
    const admin = await api.as('admin');

    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((contact) =>
        admin.patch(`/users/${ann?.id}`, { version: 1, contact }),
      ),
    );

    const winners = answers.filter(({ statusCode }) => statusCode === 200);
    expect(winners).toHaveLength(1);
    for (const answer of answers) expect([200, 409]).toContain(answer.statusCode);
    expect((await admin.get(`/users/${ann?.id}`)).json()).toEqual(winners[0]?.json());
  });

  test('refuses a name that another user of the server has', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [ann] = await given.users(tokyo.id, 'ann', 'ben');

    const refused = await (await api.as('admin')).patch(`/users/${ann?.id}`, {
      version: 1,
      accountName: 'BEN',
    });

    expect(refused.statusCode).toBe(422);
    expect(refused.json()).toMatchObject({
      code: 'name_taken',
      details: { issues: [{ path: '/accountName' }] },
    });
  });

  test('refuses what is malformed', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [ann] = await given.users(tokyo.id, 'ann');
    const admin = await api.as('admin');
    const malformed: Record<string, [number, object]> = {
      'no version': [400, { contact: 'May' }],
      'a version as text': [400, { version: '1', contact: 'May' }],
      'a version beyond all versions': [400, { version: 2 ** 31 }],
      'no name': [400, { version: 1, accountName: null }],
      'enabled as null': [400, { version: 1, enabled: null }],
      'the 31st of February': [400, { version: 1, expiresOn: '2026-02-31' }],
      'another server': [400, { version: 1, serverId: 1 }],
      'an unknown service': [422, { version: 1, service: 'Gold' }],
    };

    for (const [what, [statusCode, body]] of Object.entries(malformed))
      expect((await admin.patch(`/users/${ann?.id}`, body)).statusCode, what).toBe(statusCode);
    expect((await admin.get(`/users/${ann?.id}`)).json().version).toBe(1);
  });
});

describe('DELETE /users/:id', () => {
  test('bins the user, once', async ({ api, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [ann] = await given.users(tokyo.id, 'ann', 'ben');
    const admin = await api.as('admin');

    const deleted = await admin.delete(`/users/${ann?.id}?version=1`);
    const after = await Promise.all([
      admin.get(`/users/${ann?.id}`),
      admin.patch(`/users/${ann?.id}`, { version: 2, contact: 'May' }),
      admin.post(`/users/${ann?.id}/extend`, { months: 1 }),
      admin.delete(`/users/${ann?.id}?version=2`),
    ]);

    expect(deleted.statusCode).toBe(204);
    expect(after.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404]);
    expect((await admin.get('/users')).json()).toMatchObject({
      total: 1,
      items: [{ accountName: 'ben' }],
    });
    expect((await listEntries(db)).at(-1)).toMatchObject({
      changeId: Number(deleted.headers['x-change-id']),
      action: 'users:delete',
      rowId: ann?.id,
      after: { deleted_at: expect.any(String), version: 2 },
    });
  });
});

describe('a number in an address', () => {
  test('is taken in plain digits alone', async ({ api, given }) => {
    const admin = await api.as('admin');
    const [tokyo] = await given.servers('tokyo');
    const [ann] = await given.users(tokyo.id, 'ann');
    const id = `${ann?.id}`;
    const hex = `0x${Number(id).toString(16)}`;
    const odd = [
      hex,
      `${id}e0`,
      `%2B${id}`,
      `%20${id}`,
      `${id}%20`,
      `${id}.0`,
      `-${id}`,
      '%D9%A1',
      '1_0',
    ];

    for (const written of odd) {
      const answers = [
        await admin.get(`/users/${written}`),
        await admin.get(`/changes/${written}`),
        await admin.get(`/servers/${written}/users`),
        await admin.get(`/audit?rowId=${written}`),
        await admin.get(`/audit?changeId=${written}`),
        await admin.get(`/audit?beforeChange=${written}`),
        await admin.get(`/changes?limit=${written}`),
        await admin.get(`/jobs?limit=${written}`),
        await admin.post(`/users/${written}/extend`, { months: 1 }),
      ];
      for (const { statusCode, payload } of answers) expect(statusCode, payload).toBe(400);
    }
    for (const version of ['0x1', '1e0', '%2B1', '%201', '1.0', '', '1&version=1'])
      expect((await admin.delete(`/users/${id}?version=${version}`)).statusCode, version).toBe(400);
    expect((await admin.get(`/users/${id}`)).json().version).toBe(1);
  });
});

describe('POST /users/:id/extend', () => {
  const now = () => new Date('2027-01-31T12:00:00Z');
  const today = '2027-01-31';

  test('lengthens a term as the one rule says', async ({ api, given, startInstance }) => {
    const admin = await api.as('admin', [], await startInstance({ now }));
    const [tokyo] = await given.servers('tokyo');
    const terms = [null, '2020-02-29', '2027-01-30', today, '2027-02-01', '2028-01-31'];

    for (const [index, expiresOn] of terms.entries())
      for (const months of [1, 13, 120]) {
        const accountName = `user ${index} ${months}`;
        const user = await admin.post(`/servers/${tokyo.id}/users`, { accountName, expiresOn });
        const extended = await admin.post(`/users/${user.json().id}/extend`, { months });

        expect(extended.statusCode).toBe(200);
        expect(extended.json()).toMatchObject({
          expiresOn: extend(expiresOn, months, today),
          status: 'active',
          version: 2,
        });
      }
  });

  test('is refused past the last date there is, and records nothing', async ({
    api,
    db,
    given,
    startInstance,
  }) => {
    const admin = await api.as('admin', [], await startInstance({ now }));
    const [tokyo] = await given.servers('tokyo');
    const terms: [string, number, number, string][] = [
      [farFuture, 1, 422, farFuture],
      ['9999-12-01', 1, 422, '9999-12-01'],
      ['9999-11-01', 2, 422, '9999-11-01'],
      ['9990-01-01', 120, 422, '9990-01-01'],
      ['9999-11-30', 1, 200, '9999-12-30'],
      ['9999-10-31', 2, 200, farFuture],
      ['9989-12-31', 120, 200, farFuture],
    ];

    for (const [expiresOn, months, statusCode, after] of terms) {
      const user = { accountName: `${expiresOn} ${months}`, expiresOn };
      const { id } = (await admin.post(`/servers/${tokyo.id}/users`, user)).json();
      const entries = await listEntries(db);
      const extended = await admin.post(`/users/${id}/extend`, { months });

      expect(extended.statusCode, user.accountName).toBe(statusCode);
      expect((await admin.get(`/users/${id}`)).json().expiresOn).toBe(after);
      if (statusCode === 200) continue;
      expect(extended.json()).toMatchObject({
        code: 'past_last_date',
        message: 'No term ends later than 9999-12-31. Extend it by fewer months.',
      });
      expect(extended.headers['x-change-id']).toBeUndefined();
      expect(await listEntries(db)).toEqual(entries);
    }
  });

  test('starts today where the term is over, and stops at the month’s last day', async ({
    api,
    given,
    startInstance,
  }) => {
    const admin = await api.as('admin', [], await startInstance({ now }));
    const [tokyo] = await given.servers('tokyo');
    const user = { accountName: 'ann', expiresOn: '2026-12-25', enabled: false };
    const { id, status } = (await admin.post(`/servers/${tokyo.id}/users`, user)).json();

    const extended = (await admin.post(`/users/${id}/extend`, { months: 1 })).json();

    expect(status).toBe('disabled');
    expect(extended).toMatchObject({
      expiresOn: '2027-02-28',
      enabled: false,
      status: 'disabled',
    });
  });

  test('records from, to and why', async ({ api, db, given, startInstance }) => {
    const admin = await api.as('admin', [], await startInstance({ now }));
    const [tokyo] = await given.servers('tokyo');
    const user = { accountName: 'ann', expiresOn: '2027-03-31' };
    const { id } = (await admin.post(`/servers/${tokyo.id}/users`, user)).json();

    const extended = await admin.post(`/users/${id}/extend`, {
      months: 1,
      reason: '  paid to May ',
    });

    const changeId = Number(extended.headers['x-change-id']);
    const change = await db
      .selectFrom('changes')
      .select(['action', 'reason', 'months', 'accountName'])
      .where('id', '=', changeId)
      .executeTakeFirst();
    expect(change).toEqual({
      action: 'users:extend',
      reason: 'paid to May',
      months: 1,
      accountName: admin.account.username,
    });
    expect((await listEntries(db)).at(-1)).toMatchObject({
      changeId,
      rowId: id,
      before: { expires_on: '2027-03-31', version: 1 },
      after: { expires_on: '2027-04-30', version: 2 },
    });
  });

  test('has one effect and one answer for one Idempotency-Key', async ({
    api,
    db,
    given,
    startInstance,
  }) => {
    const here = await startInstance({ now });
    const there = await startInstance({ now });
    const admin = await api.as('admin', [], here);
    const elsewhere = api.withCookies(admin.cookies, there);
    const [tokyo] = await given.servers('tokyo');
    const user = { accountName: 'ann', expiresOn: '2027-06-15' };
    const { id } = (await admin.post(`/servers/${tokyo.id}/users`, user)).json();
    const body = { months: 2, reason: 'paid' };
    const key = { 'idempotency-key': 'extend-ann-1' };

    const first = await admin.post(`/users/${id}/extend`, body, key);
    const repeats = [
      await admin.post(`/users/${id}/extend`, body, key),
      await elsewhere.post(`/users/${id}/extend`, body, key),
    ];
    const another = await admin.post(`/users/${id}/extend`, { months: 3 }, key);

    for (const repeat of repeats) {
      expect(repeat.statusCode).toBe(200);
      expect(repeat.json()).toEqual(first.json());
      expect(repeat.headers['x-change-id']).toBe(first.headers['x-change-id']);
    }
    expect(another.statusCode).toBe(422);
    expect(another.json().code).toBe('idempotency_key_reused');
    expect((await admin.get(`/users/${id}`)).json()).toMatchObject({
      expiresOn: '2027-08-15',
      version: 2,
    });
    const entries = await listEntries(db);
    expect(entries.filter(({ action }) => action === 'users:extend')).toHaveLength(1);
  });

  test('has one effect for one key sent many times at once to two instances', async ({
    api,
    db,
    given,
    startInstance,
  }) => {
    const here = await startInstance({ now });
    const there = await startInstance({ now });
    const admin = await api.as('admin', [], here);
    const elsewhere = api.withCookies(admin.cookies, there);
    const [tokyo] = await given.servers('tokyo');
    const user = { accountName: 'ann', expiresOn: '2027-06-15' };
    const { id } = (await admin.post(`/servers/${tokyo.id}/users`, user)).json();
    const key = { 'idempotency-key': 'extend-ann-1' };

    const answers = await whileHeld(db, id, () =>
      [admin, elsewhere, admin, elsewhere, admin].map((one) =>
        one.post(`/users/${id}/extend`, { months: 1 }, key),
      ),
    );

    const done = answers.filter(({ statusCode }) => statusCode === 200);
    expect(done.length).toBeGreaterThan(0);
    for (const answer of done) expect(answer.json()).toEqual(done[0]?.json());
    for (const answer of answers)
      if (answer.statusCode !== 200) expect(answer.json().code).toBe('request_running');
    expect((await admin.get(`/users/${id}`)).json()).toMatchObject({
      expiresOn: '2027-07-15',
      version: 2,
    });
  });

  test('adds up where two operators extend at once', async ({ api, db, given, startInstance }) => {
    const app = await startInstance({ now });
    const may = await api.as('admin', [], app);
    const lin = await api.as('admin', [], app);
    const [tokyo] = await given.servers('tokyo');
    const user = { accountName: 'ann', expiresOn: '2027-06-15' };
    const { id } = (await may.post(`/servers/${tokyo.id}/users`, user)).json();

    const answers = await whileHeld(db, id, () =>
      [may, lin].map((operator) => operator.post(`/users/${id}/extend`, { months: 1 })),
    );

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect((await may.get(`/users/${id}`)).json()).toMatchObject({
      expiresOn: '2027-08-15',
      version: 3,
    });
  });

  test('refuses what is malformed', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [ann] = await given.users(tokyo.id, 'ann');
    const admin = await api.as('admin');
    const malformed: Record<string, object | string> = {
      'no months': {},
      '0 months': { months: 0 },
      '-1 months': { months: -1 },
      '121 months': { months: 121 },
      'half a month': { months: 0.5 },
      'months as text': { months: '1' },
      '1e400 months': '{"months":1e400}',
      'a reason of 501 characters': { months: 1, reason: 'x'.repeat(501) },
      'a version': { months: 1, version: 1 },
    };

    for (const [what, body] of Object.entries(malformed)) {
      const headers = { 'content-type': 'application/json' };
      const refused = await admin.post(`/users/${ann?.id}/extend`, body, headers);
      expect(refused.statusCode, what).toBe(400);
    }
    expect((await admin.get(`/users/${ann?.id}`)).json().version).toBe(1);
  });
});

/** Sends requests while the user's row is locked, so that all of them are under way at once. */
async function whileHeld<Answer>(
  db: Db,
  userId: number,
  send: () => Promise<Answer>[],
): Promise<Answer[]> {
  const { sent } = await db.transaction().execute(async (trx) => {
    await trx.selectFrom('users').select('id').where('id', '=', userId).forUpdate().execute();
    const under = { sent: send() };
    await pause(400);
    return under;
  });
  return Promise.all(sent);
}

describe('an id in an address', () => {
  test('that no user can have is refused, and one that none has is not found', async ({ api }) => {
    const admin = await api.as('admin');
    const malformed = ['abc', '0', '-1', '1.5', '2147483648', '99999999999999999999', '%00'];

    for (const id of [...malformed, '2147483647']) {
      const answers = await Promise.all([
        admin.get(`/users/${id}`),
        admin.patch(`/users/${id}`, { version: 1 }),
        admin.delete(`/users/${id}?version=1`),
        admin.post(`/users/${id}/extend`, { months: 1 }),
      ]);

      const statusCode = malformed.includes(id) ? 400 : 404;
      expect(new Set(answers.map((answer) => answer.statusCode)), id).toEqual(
        new Set([statusCode]),
      );
    }
  });

  test('deletes nothing beside a version that is none', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [ann] = await given.users(tokyo.id, 'ann');
    const admin = await api.as('admin');

    for (const version of ['0', '-1', 'abc', '', '1.5', '2147483648', '99999999999', '1e400']) {
      const refused = await admin.delete(`/users/${ann?.id}?version=${version}`);

      expect(refused.statusCode, version).toBe(400);
    }
  });
});

describe('a server admin', () => {
  test('works on the users of the servers it manages, and sees those it may', async ({
    api,
    given,
  }) => {
    const [managed, viewed, hidden] = await given.servers('managed', 'viewed', 'hidden');
    const admin = await api.as('server_admin', [
      { serverId: managed.id, level: 'manage', actions: [...actionsOfLevel.manage] },
      { serverId: viewed.id, level: 'view', actions: [...actionsOfLevel.view] },
    ]);
    const statuses = async (serverId: number) => {
      const [user] = await given.users(serverId, 'ann');
      const answers = [
        await admin.get(`/users/${user?.id}`),
        await admin.post(`/servers/${serverId}/users`, { accountName: 'ben' }),
        await admin.patch(`/users/${user?.id}`, { version: 1, contact: 'May' }),
        await admin.post(`/users/${user?.id}/extend`, { months: 1 }),
        await admin.delete(`/users/${user?.id}?version=3`),
      ];
      return answers.map(({ statusCode }) => statusCode);
    };

    expect(await statuses(managed.id)).toEqual([200, 201, 200, 200, 204]);
    expect(await statuses(viewed.id)).toEqual([200, 403, 403, 403, 403]);
    expect(await statuses(hidden.id)).toEqual([404, 404, 404, 404, 404]);
  });
});
