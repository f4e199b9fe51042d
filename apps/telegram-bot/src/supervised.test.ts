import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { urlAs } from '@cmp/api/src/database/roles.ts';
import { loadKeys } from '@cmp/api/src/lib/keys.ts';
import { changeSection } from '@cmp/api/src/modules/settings/settings.service.ts';
import { certificateFor } from '@cmp/api/src/test/certificates.ts';
import { system } from '@cmp/api/src/test/fixtures.ts';
import { freePort } from '@cmp/api/src/test/free-port.ts';
import { rolePassword } from '@cmp/api/src/test/global-setup.ts';
import { sections } from '@cmp/shared/settings/sections';
import { expect, inject, vi } from 'vitest';
import { test as base } from '#test/fixtures.ts';

const supervisor = join(import.meta.dirname, '../../api/src/supervise.ts');
const soon = { timeout: 25_000, interval: 50 };

const test = base
  .extend('dataDir', async ({}, { onCleanup }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
    onCleanup(() => rmSync(dataDir, { recursive: true, force: true }));
    return dataDir;
  })
  /** The portal as `npm start` runs it, and what it says. */
  .extend('startPortal', async ({ dataDir, database, telegram }, { onCleanup }) => {
    const as = (role: string) => urlAs(inject('postgresUrl'), role, rolePassword, database);
    const started: ChildProcess[] = [];
    onCleanup(() => {
      for (const portal of started) portal.kill('SIGKILL');
    });
    return async (more: NodeJS.ProcessEnv = {}) => {
      const portal = fork(supervisor, {
        env: {
          ...{ DATA_DIR: dataDir, PORT: String(await freePort()), HOST: '127.0.0.1', WORK: 'off' },
          ...{ DATABASE_URL: as('cmp_app'), DATABASE_OWNER_URL: as('cmp_owner') },
          ...{ TELEGRAM_API_ROOT: telegram.root, LOG_LEVEL: 'warn', ...more },
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      started.push(portal);
      let output = '';
      for (const stream of [portal.stdout, portal.stderr])
        stream?.on('data', (chunk) => {
          output += chunk;
        });
      return {
        portal,
        ended: once(portal, 'exit'),
        read: () => output,
        says: (text: string, times = 1) =>
          vi.waitUntil(() => output.split(text).length > times, soon),
      };
    };
  });

test('the bot runs without a word of the settings where the environment has its token', {
  timeout: 60_000,
}, async ({ startPortal, telegram }) => {
  const { portal, ended, read, says } = await startPortal({ TELEGRAM_BOT_TOKEN: telegram.token });

  await says('The Telegram bot is started');
  await vi.waitUntil(() => telegram.calls.some(({ method }) => method === 'getUpdates'), soon);
  portal.kill('SIGTERM');

  expect(await ended).toEqual([0, null]);
  expect(read()).not.toContain(telegram.token);
});

test('the bot finds the API of a portal that speaks TLS, which is told of by its name', {
  timeout: 60_000,
}, async ({ dataDir, startPortal, telegram }) => {
  const { key, cert } = certificateFor('portal.test', 30);
  const [TLS_CERT_FILE, TLS_KEY_FILE] = [join(dataDir, 'cert.pem'), join(dataDir, 'key.pem')];
  writeFileSync(TLS_CERT_FILE, cert);
  writeFileSync(TLS_KEY_FILE, key, { mode: 0o600 });
  const { portal, ended, read, says } = await startPortal({
    ...{ TLS_CERT_FILE, TLS_KEY_FILE, LOCAL_PORT: String(await freePort()) },
    ...{ DOMAIN_NAME: 'portal.test', TELEGRAM_BOT_TOKEN: telegram.token },
  });

  await says('is ready');
  await vi.waitUntil(() => telegram.calls.some(({ method }) => method === 'getUpdates'), soon);
  portal.kill('SIGTERM');

  expect(await ended).toEqual([0, null]);
  expect(read()).toMatch(/Panel {2}https:\/\/portal\.test:\d+$/m);
});

test('the portal stops in order when it is told in a word, where there are no signals', {
  timeout: 60_000,
}, async ({ startPortal }) => {
  const { portal, ended, read, says } = await startPortal();
  await says('is ready');

  portal.send('another word');
  portal.send('shutdown');

  expect(await ended).toEqual([0, null]);
  expect(read().trim().split('\n').slice(-2)).toEqual([
    'Stopping: the requests under way are finished first.',
    'Stopped.',
  ]);
});

test('the bot runs while the settings want one, comes back when it dies, and stops with the portal', {
  timeout: 120_000,
}, async ({ dataDir, startPortal, db, telegram }) => {
  const { portal, ended, read, says } = await startPortal();
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
  expect(read()).not.toContain('bot is started');
  await change(1, { enabled: true, token: telegram.token });
  await says('The Telegram bot is started');
  await vi.waitUntil(() => polls() > 0, soon);
  const pid = Number(/started \(process (\d+)\)/.exec(read())?.[1]);
  process.kill(pid, 'SIGKILL');
  await says('The Telegram bot ended (SIGKILL); starting it again.');
  await says('The Telegram bot is started', 2);
  await change(2, { enabled: false });
  await says('The Telegram bot is stopped.');
  await change(3, { enabled: true });
  await says('The Telegram bot is started', 3);
  portal.kill('SIGTERM');

  expect(await ended).toEqual([0, null]);
  expect(read().trim().split('\n').slice(-3)).toEqual([
    'Stopping: the requests under way are finished first.',
    'The Telegram bot is stopped.',
    'Stopped.',
  ]);
  expect(read()).not.toContain(telegram.token);
});
