import { sql } from 'kysely';
import { expect } from 'vitest';
import { test } from '#test/command-fixtures.ts';

test('`bot status` says how the bot fares and what to do, with an exit code for scripts', async ({
  cmp,
  owner,
}) => {
  const token = { TELEGRAM_BOT_TOKEN: '1:of-the-environment' };
  const off = await cmp('bot status');
  const silent = await cmp('bot status', token);
  await sql`update bot_state set updated_at = now(), last_success = now()`.execute(owner);
  const well = await cmp('bot status --json', token);
  await sql`update bot_state set code = 'conflict', last_error = 'HTTP 409'`.execute(owner);
  const conflict = await cmp('bot status', token);

  expect([off, silent, well, conflict].map(({ exitCode }) => exitCode)).toEqual([0, 1, 0, 1]);
  expect(silent.out).toContain('The bot is silent');
  expect(JSON.parse(well.out)).toEqual({
    ok: true,
    status: {
      ...{ lastError: null, code: null },
      ...{ lastSuccess: expect.any(String), updatedAt: expect.any(String) },
    },
  });
  expect(conflict.out).toContain('Another program asks Telegram with this token');
  expect(conflict.out).toContain('HTTP 409');
});
