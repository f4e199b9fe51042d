import { changeSection } from '@cmp/api/src/modules/settings/settings.service.ts';
import { keys, listEntries, system } from '@cmp/api/src/test/fixtures.ts';
import { freePort } from '@cmp/api/src/test/free-port.ts';
import { sections } from '@cmp/shared/settings/sections';
import { sql } from 'kysely';
import { describe, expect, vi } from 'vitest';
import { openChat } from '#test/chat.ts';
import { linkedAdmin, person, test } from '#test/fixtures.ts';

const soon = { timeout: 25_000, interval: 50 };

describe('the bot', () => {
  test('leaves Telegram to another that has the lease, and takes over when that one ends', async ({
    logs,
    owner,
    startBot,
    telegram,
  }) => {
    const one = person('Ann');
    const first = startBot();
    await vi.waitUntil(() => telegram.calls.some(({ method }) => method === 'getUpdates'), soon);
    startBot();
    await vi.waitUntil(() => logs.join('').includes('waiting for it to end'), soon);
    const asked = telegram.calls.filter(({ method }) => method === 'getMe').length;

    await first.stop();
    await sql`update bot_state set held_until = now()`.execute(owner);
    telegram.write(one, '/start');
    await vi.waitUntil(() => telegram.messages.length > 0, soon);

    expect(asked).toBe(1);
    expect(telegram.calls.filter(({ method }) => method === 'getMe')).toHaveLength(2);
    expect(telegram.messages).toHaveLength(1);
  });

  test('goes on with a token that is changed in the panel, without a restart', async ({
    db,
    portal: _,
    startBot,
    telegram,
  }) => {
    const code = async () =>
      (await db.selectFrom('botState').select('code').executeTakeFirstOrThrow()).code;
    startBot();
    await vi.waitUntil(() => telegram.calls.some(({ method }) => method === 'getUpdates'), soon);

    telegram.changeToken('4712:another');
    await telegram.behave({ kind: 'conflict' });
    await telegram.behave({ kind: 'well' });
    await vi.waitUntil(async () => (await code()) === 'token_refused', soon);
    await changeSection(db, system, keys.settings, 'telegram', sections.telegram, {
      ...{ version: 2, values: { token: '4712:another' } },
    });
    telegram.write(person('Ann'), 'hello');
    await vi.waitUntil(() => telegram.messages.length > 0, soon);

    await vi.waitUntil(async () => (await code()) === null, soon);
  });

  test('says that another program asks with its token, until that one is gone', async ({
    db,
    startBot,
    telegram,
  }) => {
    const state = () =>
      db.selectFrom('botState').select(['code', 'lastError', 'username']).executeTakeFirstOrThrow();
    await telegram.behave({ kind: 'conflict' });

    startBot();
    await vi.waitUntil(async () => (await state()).code === 'conflict', soon);
    const during = await state();
    await telegram.behave({ kind: 'well' });
    await vi.waitUntil(async () => (await state()).code === null, soon);

    expect(during).toMatchObject({
      username: 'portal_test_bot',
      lastError: 'Conflict: terminated by other getUpdates request',
    });
  });

  test('works through each update once, though it is given again and the bot is started again', async ({
    api,
    db,
    given,
    owner,
    portal,
    startBot,
    telegram,
  }) => {
    const one = person('Ann');
    await linkedAdmin((role) => api.as(role, [], portal.app), portal, one);
    const [server] = await given.servers('North');
    await given.users(server.id, { accountName: 'alice', expiresOn: '2026-03-05' });
    const { stop } = startBot();
    const chat = openChat(telegram, one);
    await chat.say('alice');
    await chat.tap('alice');
    await chat.tap('+ 1 month');
    await telegram.behave({ kind: 'repeats' });
    await chat.tap('Confirm');
    await stop();
    await sql`update bot_state set held_until = now()`.execute(owner);
    const polls = telegram.calls.filter(({ method }) => method === 'getUpdates').length;

    startBot();
    const isAskedAgain = () =>
      telegram.calls.filter(({ method }) => method === 'getUpdates').length > polls + 1;
    await vi.waitUntil(isAskedAgain, soon);

    const extensions = (await listEntries(db)).filter(({ action }) => action === 'users:extend');
    expect(extensions).toHaveLength(1);
    expect(chat.last().text).toContain('5 April 2026');
  });

  test('is called by Telegram where it has an address, and by nobody else', async ({
    startBot,
    telegram,
  }) => {
    const port = await freePort();
    startBot({ webhook: { url: 'https://portal.test/telegram', port } });
    await vi.waitUntil(() => telegram.webhook !== undefined, soon);
    const secret = telegram.webhook?.secret ?? '';
    const call = (given: string, id: number) =>
      fetch(`http://127.0.0.1:${port}/telegram`, {
        method: 'POST',
        headers: { 'x-telegram-bot-api-secret-token': given },
        body: JSON.stringify({
          update_id: id,
          message: {
            chat: { id: 5, type: 'private' },
            from: { id: 5, is_bot: false, first_name: 'Ann' },
            text: '/start',
          },
        }),
      });

    const forged = await call(`${secret.slice(0, -1)}x`, 1);
    const [none, foreign] = [await call('', 2), await call(telegram.token, 3)];
    const before = telegram.messages.length;
    const good = await call(secret, 4);

    expect([forged.status, none.status, foreign.status, good.status]).toEqual([401, 401, 401, 200]);
    expect(telegram.webhook?.url).toBe('https://portal.test/telegram');
    expect([before, telegram.messages.length]).toEqual([0, 1]);
    expect(telegram.calls.some(({ method }) => method === 'getUpdates')).toBe(false);
  });
});
