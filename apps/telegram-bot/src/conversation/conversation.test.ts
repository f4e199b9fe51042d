import { client, listEntries } from '@cmp/api/src/test/fixtures.ts';
import { expect } from 'vitest';
import { openChat } from '#test/chat.ts';
import { person, test } from '#test/fixtures.ts';

test('an operator links a chat, finds a user, extends it, undoes that, and loses the right to', async ({
  api,
  given,
  portal,
  db,
  startBot,
  telegram,
}) => {
  const [north, south] = await given.servers('North', 'South <&> Co');
  await given.users(
    north.id,
    { accountName: 'alice', expiresOn: '2026-03-05', contact: '@alice', totalDevices: 3 },
    { accountName: 'bob <b>bold</b>', expiresOn: '2026-02-01', remark: 'pays & <late>' },
  );
  await given.users(south.id, { accountName: 'alice of the south', expiresOn: '2027-01-31' });
  const account = await given.account({
    ...{ username: 'olga', role: 'server_admin' },
    grants: [
      {
        serverId: north.id,
        level: 'manage',
        actions: ['users:extend', 'users:update', 'changes:list', 'changes:undo'],
      },
      { serverId: south.id, level: 'view', actions: [] },
    ],
  });
  const operator = client(portal.app, await given.session(portal.app, account.id));
  const admin = await api.as('admin', [], portal.app);
  const { code } = (await operator.post('/telegram/link-code')).json<{ code: string }>();
  startBot();
  const chat = openChat(telegram, person('Olga'));

  await chat.say('/status');
  await chat.say(`/start ${code}`);
  await chat.say('/start');
  await chat.say('alice');
  await chat.tap('alice');
  await chat.tap('+ 2 months');
  await chat.tap('Confirm');
  await chat.tap('Undo');
  await chat.tap('Show alice');
  await chat.tap('+ 1 month');
  await admin.put(`/accounts/${account.id}/grants`, {
    version: 1,
    grants: [{ serverId: north.id, level: 'view' }],
  });
  await chat.tap('Confirm');
  await chat.tap('Cancel');
  await admin.patch(`/accounts/${account.id}`, { version: 2, disabled: true });
  await chat.say('/servers');

  expect(chat.transcript().replace(code, 'THE-CODE')).toMatchSnapshot();
  const acts = (await listEntries(db)).filter(({ tableName }) => tableName === 'users');
  expect(acts.slice(-2).map(({ action, accountName }) => [action, accountName])).toEqual([
    ['users:extend', 'olga'],
    ['changes:undo', 'olga'],
  ]);
});
