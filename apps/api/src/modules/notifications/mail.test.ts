import { actionsOfLevel, type Grant } from '@cmp/shared/permissions';
import { GeneralSettings } from '@cmp/shared/settings/general';
import { MailSettings } from '@cmp/shared/settings/mail';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { inChange } from '#modules/changes/changes.service.ts';
import { test as base, keys, system, unlimited } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { mailReceiver } from '#test/receivers.ts';
import { deliverDue } from './deliverer.service.ts';
import { mailOf } from './mail-message.ts';
import { sealTarget } from './sealed-target.ts';

const place = { key: keys.settings, overrides: {} };
/** Ahead of every clock that tests run by. */
const noon = new Date('2040-03-04T12:00:00Z');

const test = base
  .extend('app', async ({ startInstance }) => startInstance({ limits: unlimited }))
  .extend('admin', async ({ api }) => api.as('admin'))
  /** Lets the site send mails by a server, and tells accounts of extensions by mail. */
  .extend('mailBy', async ({ admin }) => async (port: number, more: object = {}) => {
    const mail = {
      ...{ enabled: true, host: '127.0.0.1', port, security: 'none' },
      ...{ from: 'portal@example.net', allowPrivateAddresses: true },
    };
    const loud = { mail: true };
    const values = {
      defaults: { users_extended: loud, users_bulk: loud, sign_in: loud, new_device: loud },
      ...more,
    };
    const saved = [
      await admin.patch('/settings/mail', { version: 1, values: mail, password }),
      await admin.patch('/settings/notifications', { version: 1, values }),
    ];
    for (const { statusCode, body } of saved) if (statusCode !== 200) throw new Error(body);
  })
  /** An account with an address. */
  .extend(
    'reader',
    async ({ api, admin }) =>
      async (role: 'admin' | 'server_admin', grants: Grant[] = []) => {
        const { account } = await api.as(role, grants);
        const email = `${account.username}@example.org`;
        await admin.patch(`/accounts/${account.id}`, { version: 1, email });
        return { ...account, email };
      },
  )
  .extend('extend', async ({ admin, given }) => async (name = 'ann') => {
    const [tokyo] = await given.servers(`tokyo-${crypto.randomUUID()}`);
    const [user] = await given.users(tokyo.id, { accountName: name, expiresOn: '2027-01-31' });
    await admin.post(`/users/${user?.id}/extend`, { months: 2 });
  })
  .extend('deliveries', async ({ admin }) => async (query = 'channel=mail') => {
    const response = await admin.get(`/deliveries?${query}`);
    if (response.statusCode !== 200) throw new Error(response.body);
    return response.json().items;
  })
  .extend('deliver', async ({ db }) => async (now = noon) => {
    while ((await deliverDue(db, place, 'mail', now)) > 0);
  });

function manages(serverId: number): Grant {
  return { serverId, level: 'manage', actions: [...actionsOfLevel.manage] };
}

describe('a mail', () => {
  test('tells an event in text and HTML, to the account’s address', async ({
    admin,
    mailBy,
    reader,
    extend,
    deliver,
    deliveries,
  }) => {
    const { port, mails } = await mailReceiver();
    await mailBy(port);
    const ann = await reader('admin');

    await extend('<b>bob</b> & "co"');
    await deliver();

    expect(mails.map(({ to }) => to)).toEqual([[ann.email]]);
    const [{ source } = { source: '' }] = mails;
    const [delivery] = await deliveries();
    expect(delivery).toMatchObject({ state: 'sent', to: ann.username, event: 'users_extended' });
    expect(source).toMatch(/^From: Portal <portal@example\.net>$/m);
    expect(source).toMatch(
      new RegExp(`^Message-ID: <cmp-delivery-${delivery.id}@example\\.net>$`, 'm'),
    );
    expect(source).toMatch(/^Auto-Submitted: auto-generated$/im);
    const words = source.replaceAll(/=\r\n/g, '').replaceAll('=3D', '=');
    expect(words).toContain(
      `${admin.account.username} extended the user <b>bob</b> & "co" by 2 months`,
    );
    expect(words).toContain('&lt;b&gt;bob&lt;/b&gt; &amp; &quot;co&quot; by 2 months</h1>');
    expect(words).toMatch(/Content-Type: text\/plain[\s\S]*Content-Type: text\/html/);
  });

  test('has no header that a name could write', () => {
    const site = { ...GeneralSettings.parse({}), siteName: 'Portal\r\nBcc: all@example.org' };
    const told = {
      ...({ event: 'sign_in', at: '2026-03-04T05:06:07Z', changeId: null } as const),
      ...{ actorName: 'ann\r\nX-Evil:\u20281', servers: [] },
      facts: { role: 'vie\nwer', userAgent: 'Firefox/145.0 (Windows)\nX-Evil: 1' },
    };

    const mail = mailOf(told, site, { deliveryId: 7, from: 'a@example.net', to: 'b@example.net' });

    expect(mail.subject).toBe('Portal Bcc: all@example.org: ann X-Evil: 1 signed in');
    expect(mail.text).toContain('Role: vie wer\nDevice: Firefox on Windows\n');
    expect(mail.text).toContain('When: 4 March 2026, 05:06 (UTC)');
  });

  test.for([
    ['550 no such user', 'parked', 1],
    ['451 come back later', 'waiting', 0],
  ] as const)(
    'that is answered %s is %s',
    async ([answer, state, refusals], { mailBy, reader, extend, deliver, deliveries, db }) => {
      const { port } = await mailReceiver({
        onRcptTo: (_, __, done) =>
          done(
            Object.assign(new Error(answer.slice(4)), { responseCode: Number(answer.slice(0, 3)) }),
          ),
      });
      await mailBy(port);
      await reader('admin');

      await extend();
      await deliver();

      expect(await deliveries()).toMatchObject([
        { state, attempts: 1, failure: expect.stringContaining(answer) },
      ]);
      expect(
        await db
          .selectFrom('deliveries')
          .select('refusals')
          .where('channel', '=', 'mail')
          .execute(),
      ).toEqual([{ refusals }]);
    },
  );

  test('that takes nothing is tried again, and a wrong password is written down nowhere', async ({
    admin,
    mailBy,
    reader,
    extend,
    deliver,
    deliveries,
  }) => {
    const wrong = 'canary-mail-password-of-some-length';
    const { port } = await mailReceiver({
      disabledCommands: ['STARTTLS'],
      authMethods: ['PLAIN'],
      allowInsecureAuth: true,
      onAuth: (auth, _, done) => done(new Error(`Invalid login with ${auth.password}`)),
    });
    await mailBy(port);
    const values = { user: 'portal', password: wrong };
    await admin.patch('/settings/mail', { version: 2, values, password });
    await reader('admin');

    await extend();
    await deliver();

    const [delivery] = await deliveries();
    expect(delivery).toMatchObject({
      state: 'waiting',
      failure: expect.stringContaining('Invalid login with •••'),
    });
    expect(JSON.stringify(delivery)).not.toContain(wrong);
  });

  test('goes by the server that was set before, where the notice is for it', async ({
    mailBy,
    reader,
    extend,
    deliver,
    db,
  }) => {
    const before = await mailReceiver();
    const now = await mailReceiver();
    await mailBy(now.port);
    const ann = await reader('admin');
    await extend();
    const settings = MailSettings.parse({
      ...{ enabled: true, host: '127.0.0.1', port: before.port, security: 'none' },
      ...{ from: 'old@example.net', allowPrivateAddresses: true },
    });
    const box = sealTarget(keys.settings, { kind: 'mail', settings });
    await sql`update deliveries set sealed_target = ${box} where channel = 'mail'`.execute(db);

    await deliver();

    expect(before.mails.map(({ to }) => to)).toEqual([[ann.email]]);
    expect(now.mails).toEqual([]);
  });
});

describe('rights at the moment of telling', () => {
  test.for([
    ['both servers', ['tokyo', 'osaka']],
    ['one of them', ['tokyo']],
    ['none any more', []],
  ] as const)(
    'name what the account sees then: %s',
    async ([, seen], { admin, given, mailBy, reader, deliver, deliveries }) => {
      const { port, mails } = await mailReceiver();
      await mailBy(port);
      const servers = await given.servers('tokyo', 'osaka');
      const users = await Promise.all(
        servers.map(({ id, name }) =>
          given.users(id, { accountName: `of-${name}`, expiresOn: '2027-01-31' }),
        ),
      );
      const granted = servers.map(({ id }) => manages(id));
      const ann = await reader('server_admin', granted);
      const ids = users.flat().map(({ id }) => id);
      const plan = (await admin.post('/plans', { action: 'users:extend', ids, months: 1 })).json();
      await admin.post(`/plans/${plan.id}/commit`, {});

      const left = granted.filter((_, index) => seen.some((name) => name === servers[index]?.name));
      const withdrawn = await admin.put(`/accounts/${ann.id}/grants`, { version: 2, grants: left });
      expect(withdrawn.statusCode).toBe(200);
      await deliver();

      const told = mails.map(({ source }) => source.replaceAll(/=\r\n/g, '')).join('');
      for (const { name } of servers)
        expect(told.includes(`of-${name}`), name).toBe(seen.some((one) => one === name));
      expect(mails).toHaveLength(seen.length === 0 ? 0 : 1);
      if (seen.length === 0)
        expect(await deliveries()).toMatchObject([
          { state: 'dropped', failure: 'It is none of the account’s business any more.' },
        ]);
    },
  );

  test('are none of an account that was disabled, or that is no admin any more', async ({
    admin,
    mailBy,
    reader,
    deliver,
    deliveries,
    db,
  }) => {
    const { port, mails } = await mailReceiver();
    await mailBy(port);
    const gone = await reader('admin');
    const demoted = await reader('admin');
    const { username } = admin.account;
    await admin.post('/auth/login', { username, password });
    await admin.post('/auth/login', { username, password });
    await admin.patch(`/accounts/${gone.id}`, { version: 2, disabled: true });
    await admin.patch(`/accounts/${demoted.id}`, { version: 2, role: 'viewer' });
    const states = db
      .selectFrom('accounts')
      .select(['role', 'disabledAt'])
      .where('id', 'in', [gone.id, demoted.id]);
    expect(await states.orderBy('id').execute()).toEqual([
      { role: 'admin', disabledAt: expect.any(String) },
      { role: 'viewer', disabledAt: null },
    ]);

    await deliver();

    expect(mails).toEqual([]);
    const mailed = await deliveries();
    expect(mailed.length).toBeGreaterThanOrEqual(2);
    for (const { state } of mailed) expect(state).toBe('dropped');
  });
});

describe('quiet hours', () => {
  const night = new Date('2040-03-04T20:00:00Z'); // 02:30 in Yangon.
  const silence = { quietFrom: '22:00', quietUntil: '07:00' };

  test('keep mails until the morning of the site, but not urgent ones', async ({
    admin,
    mailBy,
    reader,
    extend,
    deliver,
    deliveries,
  }) => {
    const { port, mails } = await mailReceiver();
    const zone = { version: 1, values: { timeZone: 'Asia/Yangon' } };
    await admin.patch('/settings/general', zone);
    await mailBy(port, silence);
    const ann = await reader('admin');
    await extend();
    // The first sign-in of an account is a new device: urgent.
    await admin.post('/auth/login', { username: ann.username, password });

    await deliver(night);

    const [urgent, patient] = await deliveries();
    expect(urgent).toMatchObject({ event: 'new_device', state: 'sent' });
    expect(patient).toMatchObject({
      ...{ event: 'users_extended', state: 'waiting', attempts: 0, failure: null },
      nextAt: '2040-03-05T00:30:00Z',
    });
    expect(mails).toHaveLength(1);
  });

  test('are the account’s own before the site’s', async ({
    admin,
    mailBy,
    reader,
    extend,
    deliver,
    deliveries,
    db,
  }) => {
    const { port } = await mailReceiver();
    await mailBy(port, silence);
    const [early, late] = [await reader('admin'), await reader('admin')];
    await preferSilence(early.id, '01:00', '05:00');
    await preferSilence(late.id, '13:00', '15:00');
    await admin.patch('/settings/general', { version: 1, values: { timeZone: 'Asia/Yangon' } });
    await extend();

    await deliver(night);

    const states = Object.fromEntries(
      (await deliveries()).map(({ to, state, nextAt }: Record<string, string>) => [
        to,
        nextAt ?? state,
      ]),
    );
    expect(states).toEqual({ [early.username]: '2040-03-04T22:30:00Z', [late.username]: 'sent' });

    async function preferSilence(accountId: number, from: string, until: string) {
      await inChange(db, system, 'notifications:update', null, (trx) =>
        trx
          .insertInto('notificationPreferences')
          .values({ accountId, quietFrom: from, quietUntil: until })
          .execute(),
      );
    }
  });
});

describe('a mail that nobody can be sent', () => {
  test('is dropped with the reason', async ({
    admin,
    mailBy,
    reader,
    extend,
    deliver,
    deliveries,
  }) => {
    const { port, mails } = await mailReceiver();
    await mailBy(port);
    const ann = await reader('admin');
    await extend();
    await admin.patch(`/accounts/${ann.id}`, { version: 2, email: null });

    await deliver();
    const [dropped] = await deliveries();
    await admin.patch(`/accounts/${ann.id}`, { version: 3, email: 'new@example.org' });
    await admin.patch('/settings/mail', { version: 2, values: { enabled: false } });
    expect((await admin.post(`/deliveries/${dropped.id}/resend`)).statusCode).toBe(204);
    await deliver();
    const [again] = await deliveries();
    await admin.patch('/settings/mail', { version: 3, values: { enabled: true } });
    await admin.post(`/deliveries/${dropped.id}/resend`);
    await deliver();

    expect(dropped).toMatchObject({ state: 'dropped', failure: 'The account has no address.' });
    expect(again).toMatchObject({
      state: 'dropped',
      failure: 'Mail is switched off, or not set up.',
    });
    expect(mails.map(({ to }) => to)).toEqual([['new@example.org']]);
  });
});

describe('POST /deliveries/:id/resend', () => {
  test('refuses what waits already, and what is in the panel', async ({
    admin,
    mailBy,
    reader,
    extend,
    deliveries,
  }) => {
    const { port } = await mailReceiver();
    await mailBy(port, { defaults: { users_extended: { mail: true, panel: true } } });
    await reader('admin');
    await extend();
    const [waiting] = await deliveries();
    const [shown] = await deliveries('channel=panel');

    const again = await admin.post(`/deliveries/${waiting.id}/resend`);
    const panel = await admin.post(`/deliveries/${shown.id}/resend`);

    expect(again.json()).toMatchObject({ code: 'rule_broken' });
    expect(panel.json()).toMatchObject({ code: 'rule_broken' });
  });
});

describe('GET /deliveries', () => {
  test('is paged from the newest on, by channel and by state', async ({
    admin,
    mailBy,
    reader,
    extend,
    deliver,
    deliveries,
  }) => {
    const { port } = await mailReceiver();
    await mailBy(port);
    await reader('admin');
    await reader('admin');
    await extend();
    await deliver();
    await extend();
    const all = await deliveries();

    const pages = [];
    for (let before = ''; ; ) {
      const page = (await admin.get(`/deliveries?channel=mail&limit=3${before}`)).json();
      pages.push(page.items);
      if (page.nextCursor === undefined) break;
      before = `&before=${page.nextCursor}`;
    }

    expect(pages.map((page) => page.length)).toEqual([3, 1]);
    expect(pages.flat()).toEqual(all);
    expect(all.map(({ state }: { state: string }) => state)).toEqual([
      'waiting',
      'waiting',
      'sent',
      'sent',
    ]);
    expect(await deliveries('channel=mail&state=sent')).toEqual(all.slice(2));
    expect(await deliveries('channel=webhook')).toEqual([]);
    expect(all[0].id).toBeGreaterThan(all[1].id);
  });
});
