import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan, PlanEntry } from '@cmp/shared/changes';
import { describe, expect } from 'vitest';
import type { Db } from '#database/client.ts';
import { shipServices } from '#modules/services/services.service.ts';
import { systemActor } from '#plugins/access.ts';
import { test as base, type client } from '#test/fixtures.ts';
import { legacyPassword, legacySample } from './legacy.sample.ts';
import { createLegacyPlan, fillLegacyPlan } from './legacy.service.ts';

const test = base
  .extend('folder', async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'cmp-legacy-'));
    onCleanup(() => rm(folder, { recursive: true }));
    return folder;
  })
  /** A portal in Yangon, an admin, and a way to have a snapshot read. */
  .extend('portal', async ({ api, db, folder }) => {
    await shipServices(db);
    const admin = await api.as('admin');
    await admin.patch('/settings/general', { version: 1, values: { timeZone: 'Asia/Yangon' } });
    return { admin, read: (text: string) => read(db, admin.account.id, folder, text) };
  });

type Client = ReturnType<typeof client>;

describe('an older portal’s snapshot', () => {
  test('is shown whole, with every oddity by its code, and nothing guessed', async ({ portal }) => {
    const { admin, read } = portal;
    const planId = await read(legacySample());

    const plan: Plan = (await admin.get(`/plans/${planId}`)).json();
    expect(plan).toMatchObject({
      state: 'ready',
      subject: { type: 'db-backup-v1', createdAt: '2025-06-30T21:15:00.000Z' },
      counts: { added: 18 + 991 + 3, errors: 2 + 9 + 1, skipped: 4, changed: 0, removed: 0 },
    });
    const errors = await entries(admin, planId, 'error');
    expect(codes(errors, 'errors')).toEqual([
      'accounts lost role unknown_role',
      'servers SERVER 1  server_name duplicate',
      'servers server 1 server_name duplicate',
      'users    account_name required',
      'users Twin account_name duplicate',
      'users User 12 data_limit_gb out_of_range',
      'users User 13 total_devices not_a_number',
      'users User 3 service_type unknown_service',
      'users User 5 server_id unknown_server',
      'users User 6 server_id server_in_error',
      'users User 7 expire_date no_such_date',
      'users twin account_name duplicate',
    ]);
    const added = await entries(admin, planId, 'added');
    const [first] = added.filter(({ name }) => name === 'User 0');
    expect(first?.after).toMatchObject({ service: 'Mini', expiresOn: '2026-03-15' });
    expect(added.find(({ name }) => name === 'User 1')).toMatchObject({
      after: { service: 'Basic', expiresOn: '2026-03-15', totalDevices: 1, dataLimitGb: 100.5 },
      warnings: [{ column: 'expire_date', code: 'moment' }],
    });
    expect(codes(added.slice(0, 30), 'warnings')).toContain('servers server 3 ip_address left_out');
    expect(codes(added, 'warnings')).toContain('users User 8 expire_date missing');
    expect(codes(added, 'warnings')).toContain('accounts ed role role_renamed');
    const skipped = await entries(admin, planId, 'skipped');
    expect(skipped.map(({ name, reason }) => `${name} ${reason}`).toSorted()).toEqual([
      'domains (1) not_kept',
      'server_keys (1) not_kept',
      'site_title set_by_hand',
      'telegram_bot_token masked_secret',
    ]);
    expect(JSON.stringify(added)).not.toContain('$2b$');
  });

  test('is brought in as one change in the file’s order, and taken back by an undo', async ({
    portal,
  }) => {
    const { admin, read } = portal;
    const planId = await read(legacySample({ servers: 6, users: 100 }));
    expect((await admin.post(`/plans/${planId}/commit`, {})).json().code).toBe('plan_has_errors');

    const committed = await admin.post(`/plans/${planId}/commit`, { skipErrors: true });

    expect(committed.statusCode).toBe(200);
    const { items: servers } = (await admin.get('/servers')).json();
    expect(servers.map(({ name }: { name: string }) => name)).toEqual([
      ...['server 5', 'server 4', 'server 3', 'server 2'],
    ]);
    expect(servers[3]).toMatchObject({ ipAddress: '10.0.0.2', domainName: 's2.example.net' });
    expect((await admin.get('/users?limit=1')).json().total).toBe(100 - 9);
    expect((await admin.get('/accounts')).json().total).toBe(1);

    const again = await read(legacySample({ servers: 6, users: 100 }));
    const { counts } = (await admin.get(`/plans/${again}`)).json();
    expect(counts).toMatchObject({ added: 3, changed: 0, unchanged: 4 + 91 });

    const undo = (await admin.post(`/changes/${committed.json().changeId}/undo`, {})).json();
    await admin.post(`/plans/${undo.id}/commit`, {});
    expect((await admin.get('/users?limit=1')).json().total).toBe(0);
    expect((await admin.get('/servers')).json().total).toBe(0);
  });

  test('changes a user who is here to what the file says, and refuses where that one moved', async ({
    portal,
  }) => {
    const { admin, read } = portal;
    const file = (contact: string) =>
      JSON.stringify({
        created_at: '2025-01-01',
        app_settings: {},
        servers: [{ id: 'a', server_name: 'tokyo' }],
        users: [{ server_id: 'a', account_name: 'Ann', contact, enabled: true }],
      });
    await admin.post(`/plans/${await read(file('one'))}/commit`, {});
    const planId = await read(file('two'));
    const { items } = (await admin.get('/users')).json();

    expect(await entries(admin, planId, 'changed')).toMatchObject([
      { name: 'Ann', before: { contact: 'one' }, after: { contact: 'two' } },
    ]);
    await admin.patch(`/users/${items[0].id}`, { version: 1, remark: 'meanwhile' });

    const moved = await admin.post(`/plans/${planId}/commit`, {});
    expect([moved.statusCode, moved.json().code]).toEqual([409, 'plan_moved']);
    await admin.post(`/plans/${await read(file('two'))}/commit`, {});
    expect((await admin.get('/users')).json().items).toMatchObject([
      { contact: 'two', remark: null },
    ]);
  });

  test.for([
    ['not JSON', '{"servers": ['],
    ['another thing', '{"hello": "world"}'],
    ['a list', '[]'],
    ['a kind from the future', '{"type": "db-backup-v9", "users": []}'],
    ['a list of texts', '{"users": ["ann"]}'],
  ] as const)('that is %s is refused with its sentence', async ([, text], { portal }) => {
    await expect(portal.read(text)).rejects.toMatchObject({ code: 'file_unreadable' });
  });
});

describe('the accounts of an older portal', () => {
  test('come only by the separate step, with the password asked again (ASVS 6.4.6)', async ({
    portal,
  }) => {
    const { admin, read } = portal;
    const planId = await read(legacySample({ servers: 6, users: 20 }));
    const commit = (password: string) =>
      admin.post(`/plans/${planId}/commit`, { skipErrors: true, withAccounts: true, password });

    const refused = await commit('not mine');
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'password_wrong']);
    expect((await admin.get('/accounts')).json().total).toBe(1);

    expect((await commit(admin.account.password)).statusCode).toBe(200);
    const { items } = (await admin.get('/accounts')).json();
    expect(items).toMatchObject([
      { username: admin.account.username },
      { username: 'ed', role: 'server_admin', mustChangePassword: true, grantCount: 1 },
      { username: 'old-admin', role: 'admin', mustChangePassword: true },
      { username: 'Vera', role: 'viewer', displayName: 'Vera', grantCount: 1 },
    ]);
  });

  test('have one-time passwords that their maker reads within the day, and no one else', async ({
    api,
    portal,
  }) => {
    const { admin, read } = portal;
    const planId = await read(legacySample({ servers: 6, users: 20 }));
    const { password } = admin.account;
    await admin.post(`/plans/${planId}/commit`, { skipErrors: true, withAccounts: true, password });

    const { items } = (await admin.get(`/plans/${planId}/one-time-passwords`)).json();

    expect(items.map(({ username }: { username: string }) => username)).toEqual([
      ...['ed', 'old-admin', 'Vera'],
    ]);
    const [ed] = items;
    expect(ed.oneTimePassword).toMatch(/^(\w{5}-){3}\w{5}$/);
    const login = await api.post('/auth/login', { username: 'ed', password: ed.oneTimePassword });
    expect([login.statusCode, login.json().account?.mustChangePassword]).toEqual([200, true]);
    const other = await api.as('admin');
    expect((await other.get(`/plans/${planId}/one-time-passwords`)).statusCode).toBe(404);
  });

  test('keep their passwords where that is wished, under a hash of ours from the first sign-in', async ({
    api,
    db,
    portal,
  }) => {
    const { admin, read } = portal;
    const planId = await read(legacySample({ servers: 6, users: 20 }));
    const { password } = admin.account;
    const choice = { skipErrors: true, withAccounts: true, keepPasswords: true, password };
    await admin.post(`/plans/${planId}/commit`, choice);
    expect(await hashOf(db, 'old-admin')).toMatch(/^\$2b\$/);
    const signIn = (typed: string) =>
      api.post('/auth/login', { username: 'old-admin', password: typed });

    expect((await signIn('a long summer')).statusCode).toBe(401);
    expect((await signIn(legacyPassword)).statusCode).toBe(200);

    expect(await hashOf(db, 'old-admin')).toMatch(/^\$argon2id\$/);
    expect((await signIn(legacyPassword)).statusCode).toBe(200);
    expect((await signIn('a long summer')).statusCode).toBe(401);
  });
});

async function read(db: Db, accountId: number, folder: string, text: string): Promise<number> {
  const path = join(folder, 'snapshot.json');
  await writeFile(path, text);
  const planId = await createLegacyPlan(
    db,
    { ...systemActor('system'), accountId },
    'snapshot.json',
  );
  await fillLegacyPlan(db, planId, path);
  return planId;
}

async function entries(admin: Client, planId: number, kind: string): Promise<PlanEntry[]> {
  const all: PlanEntry[] = [];
  for (let cursor = ''; ; ) {
    const page = (
      await admin.get(`/plans/${planId}/entries?kind=${kind}&limit=500${cursor}`)
    ).json();
    all.push(...page.items);
    if (!page.nextCursor) return all;
    cursor = `&cursor=${page.nextCursor}`;
  }
}

function codes(rows: PlanEntry[], of: 'errors' | 'warnings'): string[] {
  return rows
    .flatMap((row) =>
      row[of].map(({ column, code }) => `${row.table} ${row.name} ${column} ${code}`),
    )
    .toSorted();
}

async function hashOf(db: Db, username: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('accounts')
    .select('passwordHash')
    .where('username', '=', username)
    .executeTakeFirst();
  return row?.passwordHash;
}
