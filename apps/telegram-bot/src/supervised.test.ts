import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { urlAs } from '@cmp/api/src/database/roles.ts';
import { loadKeys } from '@cmp/api/src/lib/keys.ts';
import { changeSection } from '@cmp/api/src/modules/settings/settings.service.ts';
import { system } from '@cmp/api/src/test/fixtures.ts';
import { rolePassword } from '@cmp/api/src/test/global-setup.ts';
import { sections } from '@cmp/shared/settings/sections';
import { expect, inject, vi } from 'vitest';
import { test } from '#test/fixtures.ts';

const supervisor = join(import.meta.dirname, '../../api/src/supervise.ts');
const soon = { timeout: 25_000, interval: 50 };

test('the bot runs while the settings want one, comes back when it dies, and stops with the portal', {
  timeout: 120_000,
}, async ({ database, db, telegram, onTestFinished }) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const as = (role: string) => urlAs(inject('postgresUrl'), role, rolePassword, database);
  const portal = fork(supervisor, {
    env: {
      ...{ DATA_DIR: dataDir, PORT: String(await freePort()), HOST: '127.0.0.1', WORK: 'off' },
      ...{ DATABASE_URL: as('cmp_app'), DATABASE_OWNER_URL: as('cmp_owner') },
      ...{ TELEGRAM_API_ROOT: telegram.root, LOG_LEVEL: 'warn' },
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  onTestFinished(() => void portal.kill('SIGKILL'));
  const ended = once(portal, 'exit');
  let output = '';
  for (const stream of [portal.stdout, portal.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  const says = (text: string, times = 1) =>
    vi.waitUntil(() => output.split(text).length > times, soon);
  const change = (version: number, values: Record<string, unknown>) => {
    const key = loadKeys({
      dataDir,
      keys: {
        ...{ jwtSecret: 'unused', botToken: 'unused' },
        secretKeyFile: join(dataDir, 'keys', 'secret-key'),
      },
    }).settings;
    return changeSection(db, system, key, 'telegram', sections.telegram, { version, values });
  };
  const polls = () => telegram.calls.filter(({ method }) => method === 'getUpdates').length;

  await says('is ready');
  expect(output).not.toContain('bot is started');
  await change(1, { enabled: true, token: telegram.token });
  await says('The Telegram bot is started');
  await vi.waitUntil(() => polls() > 0, soon);
  const pid = Number(/started \(process (\d+)\)/.exec(output)?.[1]);
  process.kill(pid, 'SIGKILL');
  await says('The Telegram bot ended (SIGKILL); starting it again.');
  await says('The Telegram bot is started', 2);
  await change(2, { enabled: false });
  await says('The Telegram bot is stopped.');
  await change(3, { enabled: true });
  await says('The Telegram bot is started', 3);
  portal.kill('SIGTERM');

  expect(await ended).toEqual([0, null]);
  expect(output.trim().split('\n').slice(-3)).toEqual([
    'Stopping: the requests under way are finished first.',
    'The Telegram bot is stopped.',
    'Stopped.',
  ]);
  expect(output).not.toContain(telegram.token);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return address.port;
}
