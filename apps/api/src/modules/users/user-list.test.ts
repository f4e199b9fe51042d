import { actionsOfLevel } from '@cmp/shared/permissions';
import type { UserList } from '@cmp/shared/users';
import type { LightMyRequestResponse } from 'fastify';
import { describe, expect } from 'vitest';
import { serviceIdsByKey, shipServices } from '#modules/services/services.service.ts';
import { test as base } from '#test/fixtures.ts';

const now = () => new Date('2027-01-31T12:00:00Z');

/** Where it is noon on 31 January 2027. */
const test = base.extend('admin', async ({ api, startInstance }) =>
  api.as('admin', [], await startInstance({ now })),
);

function namesOf(response: LightMyRequestResponse): string[] {
  expect(response.statusCode, response.body).toBe(200);
  return response.json<UserList>().items.map(({ accountName }) => accountName);
}

describe('a filter', () => {
  test('takes statuses, services, dates and whether enabled, together or alone', async ({
    admin,
    db,
    given,
  }) => {
    await shipServices(db);
    const ids = await serviceIdsByKey(db);
    const [tokyo] = await given.servers('tokyo');
    await given.users(
      tokyo.id,
      { accountName: 'never', serviceId: ids.get('mini') ?? null },
      { accountName: 'over', expiresOn: '2027-01-30', serviceId: ids.get('basic') ?? null },
      { accountName: 'today', expiresOn: '2027-01-31' },
      { accountName: 'tomorrow', expiresOn: '2027-02-01', serviceId: ids.get('mini') ?? null },
      { accountName: 'off', expiresOn: '2027-01-30', enabled: false },
      { accountName: 'off for ever', enabled: false },
    );
    const expected: Record<string, string[]> = {
      '': ['never', 'off', 'off for ever', 'over', 'today', 'tomorrow'],
      'status=active': ['never', 'tomorrow'],
      'status=soon': ['today'],
      'status=expired': ['over'],
      'status=disabled': ['off', 'off for ever'],
      'status=soon,expired': ['over', 'today'],
      'status=expired,soon,expired': ['over', 'today'],
      'status=active,soon,expired,disabled': [
        'never',
        'off',
        'off for ever',
        'over',
        'today',
        'tomorrow',
      ],
      'status=': ['never', 'off', 'off for ever', 'over', 'today', 'tomorrow'],
      'service=Mini': ['never', 'tomorrow'],
      'service=X-RAY': ['never', 'tomorrow'],
      'service=outline,basic': ['never', 'over', 'tomorrow'],
      'service=Gold': [],
      'service=': ['never', 'off', 'off for ever', 'over', 'today', 'tomorrow'],
      'expiresFrom=2027-01-31': ['today', 'tomorrow'],
      'expiresTo=2027-01-31': ['off', 'over', 'today'],
      'expiresFrom=2027-01-31&expiresTo=2027-01-31': ['today'],
      'expiresFrom=2027-02-01&expiresTo=2027-01-30': [],
      'expiresFrom=0001-01-01': ['off', 'over', 'today', 'tomorrow'],
      'expiresTo=9999-12-31': ['off', 'over', 'today', 'tomorrow'],
      'enabled=true': ['never', 'over', 'today', 'tomorrow'],
      'enabled=false': ['off', 'off for ever'],
      'status=active&service=mini&expiresTo=2027-03-01&enabled=true&q=tom': ['tomorrow'],
    };

    for (const [query, names] of Object.entries(expected))
      for (const list of ['/users', `/servers/${tokyo.id}/users`])
        expect(namesOf(await admin.get(`${list}?${query}`)), query).toEqual(names);
  });

  test('counts by status under everything but the status, and totals under all', async ({
    admin,
    given,
  }) => {
    const [tokyo, osaka] = await given.servers('tokyo', 'osaka');
    await given.users(tokyo.id, 'ann', { accountName: 'anna', expiresOn: '2027-01-31' });
    await given.users(osaka.id, { accountName: 'ann', enabled: false }, 'ben');

    const everywhere = (await admin.get('/users?q=ann&status=soon,disabled&limit=1')).json();
    const here = (await admin.get(`/servers/${tokyo.id}/users?q=ann&status=expired`)).json();

    expect(everywhere).toMatchObject({
      total: 2,
      counts: { all: 3, active: 1, soon: 1, expired: 0, disabled: 1 },
    });
    expect(everywhere.items).toHaveLength(1);
    expect(here).toEqual({
      items: [],
      total: 0,
      counts: { all: 2, active: 1, soon: 1, expired: 0, disabled: 0 },
    });
  });

  test('that is malformed is refused', async ({ admin, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const malformed = [
      'status=gone',
      'status=active,gone',
      'status=active&status=soon',
      'expiresFrom=2027-02-30',
      'expiresFrom=infinity',
      'expiresTo=',
      'enabled=1',
      'enabled=',
      'sort=server',
      'sort=',
      'limit=0',
      'limit=201',
      'limit=1.5',
      'limit=abc',
      'limit=1e400',
      'limit=0x10',
      'limit=1e1',
      'limit=%2B5',
      'limit=%205',
      'limit=5.0',
      'limit=',
      'limit=5&limit=5',
      'colour=red',
      `q=${'x'.repeat(201)}`,
      'q=a%00b',
      'q=a%0Ab',
      'q=a&q=b',
      'service=%00',
      'offset=20',
    ];

    for (const query of malformed)
      for (const list of ['/users', `/servers/${tokyo.id}/users`])
        expect((await admin.get(`${list}?${query}`)).statusCode, query).toBe(400);
    for (const every of ['0', '19', '1001', 'abc', '0x20', '1e2', '%2B20'])
      expect((await admin.get(`/users/anchors?every=${every}`)).statusCode, every).toBe(400);
  });
});

describe('a search', () => {
  test('finds three letters anywhere, one or two at the start of a name', async ({
    admin,
    given,
  }) => {
    const [marina, bangkok] = await given.servers('SG-1 Marina', 'TH-1 Bangkok');
    await given.users(
      marina.id,
      { accountName: 'ann.min', contact: '+95 9 420 000 001' },
      { accountName: 'Zaw', remark: 'Paid to May' },
      { accountName: '100%_sure\\' },
      { accountName: 'ＡＢＣ' },
      { accountName: '😀😀' },
    );
    await given.users(
      bangkok.id,
      { accountName: 'thura', remark: 'it\'s "fine"' },
      { accountName: 'marina' },
      { accountName: 'Straße', contact: 'ကျော်စွာ' },
    );
    const onMarina = ['100%_sure\\', 'ＡＢＣ', 'ann.min', 'Zaw', '😀😀'];
    const expected: [string, string[], string[]][] = [
      // What is asked; what is found on every server, by name; what on the first alone.
      ['min', ['ann.min'], ['ann.min']],
      ['N.M', ['ann.min'], ['ann.min']],
      ['420 000', ['ann.min'], ['ann.min']],
      ['paid to', ['Zaw'], ['Zaw']],
      ['a', ['ＡＢＣ', 'ann.min'], ['ＡＢＣ', 'ann.min']],
      ['mi', [], []],
      ['za', ['Zaw'], ['Zaw']],
      ['th', ['Straße', 'marina', 'thura'].toSorted(), []],
      ['sg', onMarina, []],
      ['marina', [...onMarina.slice(0, 3), 'marina', ...onMarina.slice(3)], []],
      ['angk', ['marina', 'Straße', 'thura'], []],
      ['%', [], []],
      ['_', [], []],
      ['0%_', ['100%_sure\\'], ['100%_sure\\']],
      ['%_%', [], []],
      ['___', [], []],
      ['re\\', ['100%_sure\\'], ['100%_sure\\']],
      ['\\', [], []],
      ['10', ['100%_sure\\'], ['100%_sure\\']],
      ['1%', [], []],
      ["it's", ['thura'], []],
      ['"fine"', ['thura'], []],
      ["';--", [], []],
      ['abc', ['ＡＢＣ'], ['ＡＢＣ']],
      ['ａｂＣ', ['ＡＢＣ'], ['ＡＢＣ']],
      ['ＺＡ', ['Zaw'], ['Zaw']],
      ['STRAß', ['Straße'], []],
      ['ကျော်', ['Straße'], []],
      ['😀', ['😀😀'], ['😀😀']],
      ['😀😀', ['😀😀'], ['😀😀']],
      ['  zaw  ', ['Zaw'], ['Zaw']],
      ['001 paid', [], []],
      ['x'.repeat(200), [], []],
    ];

    for (const [q, everywhere, here] of expected) {
      const query = `q=${encodeURIComponent(q)}`;
      const found = namesOf(await admin.get(`/users?${query}`));
      expect(found.toSorted(), q).toEqual(everywhere.toSorted());
      expect(namesOf(await admin.get(`/servers/${marina.id}/users?${query}`)), q).toEqual(here);
    }
    expect(namesOf(await admin.get('/users?q='))).toHaveLength(8);
    expect(namesOf(await admin.get('/users?q=%20%20'))).toHaveLength(8);
  });

  test('finds no one by a server that is gone or not the caller’s', async ({
    admin,
    api,
    given,
  }) => {
    const [mine, hidden, gone] = await given.servers('harbour', 'harbour 2', 'harbour 3');
    for (const { id, name } of [mine, hidden, gone]) await given.users(id, `of ${name}`);
    await admin.delete(`/servers/${gone.id}?version=1`);
    const viewer = await api.as('viewer', [
      { serverId: mine.id, level: 'view', actions: [...actionsOfLevel.view] },
    ]);

    for (const q of ['harb', 'ha', 'of harbour', 'of'])
      expect((await viewer.get(`/users?q=${q}`)).json()).toMatchObject({
        total: 1,
        counts: { all: 1 },
        items: [{ serverId: mine.id }],
      });
    expect(namesOf(await admin.get('/users?q=harb'))).toEqual(['of harbour', 'of harbour 2']);
  });
});

describe('an order', () => {
  test('goes by name, term or arrival, both ways, and by id where those are alike', async ({
    admin,
    given,
  }) => {
    const [tokyo, osaka] = await given.servers('tokyo', 'osaka');
    await given.users(
      tokyo.id,
      { accountName: 'c', expiresOn: '2027-03-01' },
      { accountName: 'A' },
      { accountName: 'b', expiresOn: '2027-03-01' },
      { accountName: 'd' },
      { accountName: 'Ｅ', expiresOn: '2026-03-01' },
    );
    await given.users(osaka.id, { accountName: 'C ', expiresOn: '2027-03-01' });
    const expected = {
      name: ['A', 'b', 'c', 'C ', 'd', 'Ｅ'],
      expires: ['Ｅ', 'c', 'b', 'C ', 'A', 'd'],
      arrival: ['c', 'A', 'b', 'd', 'Ｅ', 'C '],
    };

    for (const [sort, names] of Object.entries(expected)) {
      expect(namesOf(await admin.get(`/users?sort=${sort}`)), sort).toEqual(names);
      expect(namesOf(await admin.get(`/users?sort=-${sort}`)), sort).toEqual(names.toReversed());
    }
    expect(namesOf(await admin.get('/users'))).toEqual(expected.name);
  });
});

describe('a cursor', () => {
  const write = (...place: unknown[]) => Buffer.from(JSON.stringify(place)).toString('base64url');

  test('that is forged, or of another order, is refused', async ({ admin, given }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'ann', 'ben', 'cat');
    const { nextCursor } = (await admin.get('/users?limit=1&sort=-name')).json();
    const forged: [string, string][] = [
      ['name', nextCursor],
      ['expires', nextCursor],
      ['name', ''],
      ['name', 'abc'],
      ['name', '%00'],
      ['name', 'null'],
      ['name', write()],
      ['name', write('name', 'ann')],
      ['name', write('name', 'ann', 0)],
      ['name', write('name', 'ann', '1')],
      ['name', write('name', 'ann', 2 ** 31)],
      ['name', write('name', 'a\0', 1)],
      ['name', write('name', null, 1)],
      ['name', write('name', 'ann', 1, 1)],
      ['expires', write('expires', 'ann', 1)],
      ['expires', write('expires', '2027-02-30', 1)],
      ['expires', write('expires', '9999-99-99', 1)],
      ['expires', write('expires', '0000-01-01', 1)],
      ['expires', write('expires', '-infinity', 1)],
      ['expires', write('expires', "2027-01-01'::date", 1)],
      ['arrival', write('arrival', '-1', 1)],
      ['arrival', write('arrival', '9'.repeat(19), 1)],
      ['arrival', write('arrival', '1e3', 1)],
      ['name', write('name', 'x'.repeat(5000), 1)],
    ];

    for (const [sort, cursor] of forged)
      for (const direction of ['cursor', 'before']) {
        const refused = await admin.get(`/users?sort=${sort}&${direction}=${cursor}`);

        expect(refused.statusCode, Buffer.from(cursor, 'base64url').toString()).toBe(400);
        expect(refused.json().code).toBe('invalid_request');
      }
  });

  test('comes alone: a page is after one, before one or the last', async ({ admin, given }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'ann', 'ben', 'cat');
    const { nextCursor } = (await admin.get('/users?limit=1')).json();

    for (const query of [
      `cursor=${nextCursor}&before=${nextCursor}`,
      `cursor=${nextCursor}&last=true`,
      `before=${nextCursor}&last=true`,
    ])
      expect((await admin.get(`/users?${query}`)).statusCode, query).toBe(400);
    const after = await admin.get(`/users?cursor=${nextCursor}&last=false`);
    expect(namesOf(after)).toEqual(['ben', 'cat']);
  });

  test('is taken back whatever the name it stands for', async ({ admin, given }) => {
    const [tokyo] = await given.servers('tokyo');
    // The longest in UTF-8, the longest as a key, and what JSON must escape.
    const names = ['ကျ'.repeat(40), '\ufdfa'.repeat(80), `"\\${'"'.repeat(70)}`, '😀'.repeat(40)];
    await given.users(tokyo.id, ...names, 'ann');

    const seen: string[] = [];
    let query = '';
    do {
      const page = await admin.get(`/servers/${tokyo.id}/users?limit=1${query}`);
      seen.push(...namesOf(page));
      query = page.json().nextCursor ? `&cursor=${page.json().nextCursor}` : '';
    } while (query);

    expect(seen.toSorted()).toEqual([...names, 'ann'].toSorted());
  });

  test('keeps its place while rows come and go', async ({ admin, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [, , cat] = await given.users(tokyo.id, 'ann', 'ben', 'cat', 'dan', 'eve', 'fay');
    const list = `/servers/${tokyo.id}/users?limit=2`;

    const first = await admin.get(list);
    await given.users(tokyo.id, 'aaa', 'bez', 'dora', 'zoe');
    const second = await admin.get(`${list}&cursor=${first.json().nextCursor}`);
    const [bez] = second.json().items;
    await admin.delete(`/users/${cat?.id}?version=1`);
    await admin.patch(`/users/${bez.id}`, { version: 1, contact: 'May' });
    const third = await admin.get(`${list}&cursor=${second.json().nextCursor}`);
    const back = await admin.get(`${list}&before=${third.json().previousCursor}`);

    expect([first, second, third, back].map(namesOf)).toEqual([
      ['ann', 'ben'],
      ['bez', 'cat'],
      ['dan', 'dora'],
      ['ben', 'bez'],
    ]);
  });

  test('shows nothing of another server, and gives nothing away on an empty page', async ({
    admin,
    api,
    given,
  }) => {
    const [mine, hidden] = await given.servers('mine', 'hidden');
    await given.users(mine.id, 'ann', 'ben');
    await given.users(hidden.id, 'axe', 'bob', 'zoe');
    const viewer = await api.as('viewer', [
      { serverId: mine.id, level: 'view', actions: [...actionsOfLevel.view] },
    ]);
    const { nextCursor } = (await admin.get('/users?limit=4')).json();

    const after = (await viewer.get(`/users?cursor=${nextCursor}`)).json();
    const before = await viewer.get(`/users?before=${nextCursor}`);
    const other = await viewer.get(`/servers/${hidden.id}/users?cursor=${nextCursor}`);

    expect(after).toEqual({ items: [], total: 2, counts: expect.objectContaining({ all: 2 }) });
    expect(namesOf(before)).toEqual(['ann', 'ben']);
    expect(other.statusCode).toBe(404);
  });
});

test('a server’s list is empty where nobody is on it, and refused where it is gone or never was', async ({
  admin,
  given,
}) => {
  const [tokyo, osaka] = await given.servers('tokyo', 'osaka');
  await given.users(osaka.id, { accountName: 'aung' });
  const { version } = (await admin.get(`/servers/${osaka.id}`)).json();
  await admin.delete(`/servers/${osaka.id}?version=${version}`);
  const statusOf = async (path: string) => (await admin.get(path)).statusCode;

  expect(namesOf(await admin.get(`/servers/${tokyo.id}/users`))).toEqual([]);
  expect(await statusOf(`/servers/${osaka.id}/users`)).toBe(404);
  expect(await statusOf(`/servers/${osaka.id}/users?status=expired`)).toBe(404);
  expect(await statusOf('/servers/99999/users')).toBe(404);
});
