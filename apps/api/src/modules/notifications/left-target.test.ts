import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { readConfig } from '#config.ts';
import type { Db } from '#database/client.ts';
import { keys, test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { tell } from './events.service.ts';
import { openTarget, sealTarget } from './sealed-target.ts';

/** What was told a target that was left: by which way, whom, and where it goes. */
async function noticesOf(db: Db) {
  const { rows } = await sql<{
    channel: string;
    accountId: number | null;
    chatId: string | null;
    sealedTarget: string;
  }>`select channel, account_id, chat_id, sealed_target from deliveries
    where sealed_target is not null order by id`.execute(db);
  return rows.map(({ sealedTarget, ...row }) => ({
    ...row,
    sealedTarget,
    target: openTarget(keys.settings, sealedTarget),
  }));
}

const oldToken = '1234:old-token-of-the-bot';

describe('an outbound target that moves (security.md 36)', () => {
  test('is told where it led: the chat by its own token, encrypted meanwhile', async ({
    api,
    db,
  }) => {
    const [admin, other] = [await api.as('admin'), await api.as('admin')];
    const chats = { enabled: true, defaultChatId: '-1001', allowedChatIds: [] };
    await admin.patch('/settings/telegram', {
      ...{ version: 1, password },
      values: { ...chats, token: oldToken },
    });
    expect(await noticesOf(db)).toEqual([]);

    await admin.patch('/settings/telegram', {
      ...{ version: 2, password },
      values: { token: '9:another', defaultChatId: '-666' },
    });

    const [notice] = await noticesOf(db);
    expect(notice).toMatchObject({
      ...{ channel: 'telegram', accountId: null, chatId: '-1001' },
      target: { kind: 'telegram', token: oldToken, chatId: '-1001' },
    });
    expect(notice?.sealedTarget).not.toContain('old-token');
    // Whoever holds the thief's session is told, too: its owner may be looking.
    for (const one of [admin, other])
      expect((await one.get('/notifications')).json().items[0]).toMatchObject({
        ...{ event: 'target_moved', actorName: admin.account.username },
        facts: { section: 'telegram', fields: ['token', 'defaultChatId'] },
      });
  });

  test('is told where the environment says the token, by that one', async ({
    api,
    db,
    startInstance,
  }) => {
    const { settings } = readConfig({ TELEGRAM_BOT_TOKEN: oldToken });
    const admin = await api.as('admin', [], await startInstance({ settings }));
    const move = (version: number, defaultChatId: string) =>
      admin.patch('/settings/telegram', { version, password, values: { defaultChatId } });
    await move(1, '-1001');

    await move(2, '-666');

    expect(await noticesOf(db)).toMatchObject([
      { target: { kind: 'telegram', token: oldToken, chatId: '-1001' } },
    ]);
  });

  test('is told by the mail server that was left, to every admin with an address', async ({
    api,
    db,
  }) => {
    const [admin] = [await api.as('admin'), await api.as('admin')];
    await admin.patch('/auth/profile', { version: 1, email: 'a@example.net' });
    const server = { enabled: true, host: 'mail.example.net', from: 'p@example.net', user: 'p' };
    await admin.patch('/settings/mail', {
      ...{ version: 1, password },
      values: { ...server, password: 'of the old server' },
    });

    await admin.patch('/settings/mail', {
      ...{ version: 2, password },
      values: { host: 'mail.thief.example' },
    });

    expect(await noticesOf(db)).toMatchObject([
      {
        ...{ channel: 'mail', accountId: admin.account.id },
        target: { settings: { host: 'mail.example.net' }, password: 'of the old server' },
      },
    ]);
  });

  test('is told by the webhook that was left', async ({ api, db }) => {
    const admin = await api.as('admin');
    const hook = { webhookEnabled: true, webhookUrl: 'https://hooks.example.net/a' };
    await admin.patch('/settings/notifications', {
      ...{ version: 1, password },
      values: { ...hook, webhookSecret: 'a secret of sixteen' },
    });

    await admin.patch('/settings/notifications', {
      ...{ version: 2, password },
      values: { webhookUrl: 'https://thief.example/' },
    });

    expect(await noticesOf(db)).toMatchObject([
      { channel: 'webhook', target: { url: hook.webhookUrl, secret: 'a secret of sixteen' } },
    ]);
  });

  test('is in the log of deliveries, though the key that it was sealed under is gone', async ({
    api,
    db,
  }) => {
    const admin = await api.as('admin');
    const eventId = await tell(db, { event: 'target_moved' });
    const box = sealTarget(Buffer.alloc(32, 9), {
      ...{ kind: 'webhook', url: 'https://hooks.example.net/', secret: 'of another key' },
      allowPrivateAddresses: false,
    });
    await sql`insert into deliveries (event_id, channel, sealed_target)
      values (${eventId}, 'webhook', ${box})`.execute(db);

    const log = await admin.get('/deliveries?channel=webhook');

    expect(log.json()).toMatchObject({ total: 1, items: [{ to: '', event: 'target_moved' }] });
  });

  test('is told of by the change alone where nothing leads elsewhere', async ({ api, db }) => {
    const [admin, other] = [await api.as('admin'), await api.as('admin')];

    await admin.patch('/settings/telegram', { version: 1, values: { report: 'daily' } });

    expect(await noticesOf(db)).toEqual([]);
    expect((await other.get('/notifications')).json().items).toMatchObject([
      { event: 'settings_changed', facts: { section: 'telegram', fields: ['report'] } },
    ]);
  });
});
