import { changeSection } from '@cmp/api/src/modules/settings/settings.service.ts';
import { keys, system } from '@cmp/api/src/test/fixtures.ts';
import { sections } from '@cmp/shared/settings/sections';
import { expect, vi } from 'vitest';
import { openChat } from '#test/chat.ts';
import { linkedAdmin, person, test } from '#test/fixtures.ts';

test('servers come by 8 and users by 10, with buttons that lead there and back', async ({
  api,
  given,
  portal,
  startBot,
  telegram,
}) => {
  const names = ['Aden', 'Bern', 'Cork', 'Dili', 'Evora', 'Faro', 'Gent', 'Hilo', 'Izmir'] as const;
  const servers = await given.servers(...names);
  const users = Array.from({ length: 12 }, (_, index) => ({
    accountName: `user ${String(index + 1).padStart(2, '0')}`,
    expiresOn: '2026-12-31',
  }));
  await given.users(servers[0].id, ...users);
  const one = person('Ann');
  await linkedAdmin((role) => api.as(role, [], portal.app), portal, one);
  startBot();
  const chat = openChat(telegram, one);

  await chat.say('/servers');
  await chat.tap('Next');
  await chat.tap('Back');
  await chat.tap('Aden');
  await chat.tap('Next');
  await chat.tap('user 12');
  await chat.tap('Aden');

  expect(chat.transcript()).toMatchSnapshot();
});

test('an admin reads the report, what is near its end, and turns news on and off', async ({
  api,
  db,
  given,
  portal,
  startBot,
  telegram,
}) => {
  await changeSection(db, system, keys.settings, 'general', sections.general, {
    ...{ version: 1, values: { siteName: 'Ports & <b>Co' } },
  });
  const [server] = await given.servers('North & <South>');
  await given.users(
    server.id,
    { accountName: 'ends <today>', expiresOn: '2026-03-04', remark: '</i> & <late>' },
    { accountName: 'has ended', expiresOn: '2026-03-01' },
  );
  const one = person('Ann');
  await linkedAdmin((role) => api.as(role, [], portal.app), portal, one);
  startBot();
  const chat = openChat(telegram, one);

  await chat.say('/help');
  await chat.say('/status');
  await chat.say('/soon');
  await chat.tap('ends <today>');
  await chat.tap('+ 6 months');
  await chat.tap('Confirm');
  await chat.tap('Undo');
  await chat.tap('Menu');
  await chat.tap('Servers');
  await chat.tap('North');
  await chat.say('<b>nobody');
  await chat.say('/expired');
  await chat.say('/report');
  await chat.say('/notify');
  await chat.tap('Sign-ins of others');
  await chat.tap('Snapshot made');
  await chat.say('/find');
  await chat.say('/dance');
  await chat.say('/unlink');
  await chat.say('/help');

  // The report's own moment is the machine's, and the account's number that of the test's place in the file.
  const transcript = chat
    .transcript()
    .replace(/(<b>Report<\/b> · ).*/, '$1NOW')
    .replace(/admin-\d+/, 'admin');
  expect(transcript).toMatchSnapshot();
});

test('what was altered meanwhile, passes the last date or is not theirs is refused in a sentence', async ({
  api,
  given,
  portal,
  startBot,
  telegram,
}) => {
  const [server] = await given.servers('North');
  const [alice, last] = await given.users(
    server.id,
    { accountName: 'alice', expiresOn: '2026-03-05' },
    { accountName: 'the last', expiresOn: '9999-12-01' },
  );
  const one = person('Ann');
  await linkedAdmin((role) => api.as(role, [], portal.app), portal, one);
  const panel = await api.as('admin', [], portal.app);
  startBot();
  const chat = openChat(telegram, one);
  await chat.say('alice');
  await chat.tap('alice');
  await chat.tap('+ 1 month');
  const elsewhere = await panel.post(`/users/${alice?.id}/extend`, { months: 1 });

  await chat.tap('Confirm');
  const message = await chat.say('alice');
  for (const data of [
    `p:${last?.id}:6`,
    'u:999999',
    `x:${alice?.id}:3:1`,
    'nonsense',
    'n:'.repeat(30),
  ])
    telegram.tap(one, message, data);
  await vi.waitUntil(() => telegram.alerts.length >= 6, { timeout: 20_000 });

  expect(elsewhere.statusCode).toBe(200);
  expect(telegram.alerts).toEqual([
    'This user was altered meanwhile. Open it again to see how it is now.',
    'There is no date that late: this user cannot be extended further.',
    'This is not there any more, or not for your account.',
    ...Array(3).fill('That is not known here. /help says what is.'),
  ]);
});

test('a stranger gets one sentence for whatever they try, and talk in a group gets none', async ({
  db,
  startBot,
  telegram,
}) => {
  startBot();
  const stranger = openChat(telegram, person('Eve'));
  const one = person('Ann');
  const group = openChat(telegram, { ...one, chatId: -100_200_300, chatType: 'group' });

  await stranger.say('/start');
  await stranger.say('/help');
  await stranger.say('alice');
  await stranger.say('/start 2345ABCDEFGH');
  const talk = telegram.write({ ...one, chatId: -100_200_300, chatType: 'group' }, 'good morning');
  await group.say('/status@portal_test_bot');

  const unlinked =
    'This chat is not linked to an account of this portal: open Telegram in the panel’s settings to link it.';
  expect(stranger.all().map(({ text }) => text)).toEqual([
    ...Array(3).fill(unlinked),
    'This code is not good any more. Make a new one in the panel and try again.',
  ]);
  expect(group.all().map(({ text }) => text)).toEqual([unlinked]);
  const asked = await db.selectFrom('telegramUpdates').select('updateId').execute();
  expect(asked.map(({ updateId }) => Number(updateId))).not.toContain(talk);
});
