import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { test as base, client, unlimited } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { openSignInLog } from './sign-in-log.ts';

const test = base.extend('path', async ({}, { onCleanup }) => {
  const folder = await mkdtemp(join(tmpdir(), 'cmp-sign-ins-'));
  onCleanup(() => rm(folder, { recursive: true }));
  return join(folder, 'auth.log');
});
const linesOf = async (path: string) => (await readFile(path, 'utf8')).split('\n').slice(0, -1);

describe('the log of sign-ins', () => {
  test('has a line for each, with time, outcome, address and name', async ({
    startInstance,
    given,
    path,
  }) => {
    const app = await startInstance({ authLogPath: path });
    await given.account({ username: 'sam' });
    await given.account({ username: 'off', disabled: true });
    const stranger = client(app, {}, { remoteAddress: '192.0.2.7' });

    await stranger.post('/auth/login', { username: 'sam', password });
    await stranger.post('/auth/login', { username: 'sam', password: 'wrong' });
    await stranger.post('/auth/login', { username: 'off', password });
    await client(app, {}, { remoteAddress: '2001:db8::7' }).post('/auth/login', {
      ...{ username: 'nobody', password: 'wrong' },
    });

    await expect.poll(() => linesOf(path)).toHaveLength(4);
    const lines = await linesOf(path);
    const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;
    for (const line of lines) expect(line).toMatch(moment);
    expect(lines.map((line) => line.replace(moment, '')).toSorted()).toEqual([
      'cmp: sign-in accepted ip=192.0.2.7 outcome=success name="sam"',
      'cmp: sign-in failed ip=192.0.2.7 outcome=disabled name="off"',
      'cmp: sign-in failed ip=192.0.2.7 outcome=wrong_password name="sam"',
      'cmp: sign-in failed ip=2001:db8::7 outcome=unknown_account name="nobody"',
    ]);
    expect((await stat(path)).mode & 0o777).toBe(0o640 & ~process.umask());
    expect(lines.join('')).not.toContain(password);
  });

  test('is written by nobody but the portal, whatever somebody calls themselves', async ({
    startInstance,
    path,
  }) => {
    const app = await startInstance({ authLogPath: path, limits: unlimited });
    const forged = '2026-01-01T00:00:00.000Z cmp: sign-in failed ip=198.51.100.1 outcome=x name="';
    const names = [
      `a\n${forged}`,
      `a\r\n${forged}`,
      `" ip=198.51.100.1 outcome=wrong_password name="x`,
      'a\u2028b\u0085c\u0000d\u001b[31m',
      '\\u000a\\',
      'Zoë 👍',
    ];

    const statuses: number[] = [];
    for (const username of names)
      statuses.push(
        (await client(app).post('/auth/login', { username, password: 'wrong' })).statusCode,
      );

    // What is no name at all is refused before anybody is asked.
    const tried = statuses.filter((status) => status === 401).length;
    expect(tried).toBeGreaterThan(2);
    await expect.poll(() => linesOf(path)).toHaveLength(tried);
    const lines = await linesOf(path);
    for (const line of lines)
      expect(line).toMatch(
        /^[\dTZ:.-]+ cmp: sign-in failed ip=127\.0\.0\.1 outcome=unknown_account name="[^"]*"$/,
      );
    expect(lines.join('')).toMatch(/^[\x20-\x7e]*$/);
  });

  test('ends no line with a name, should one come here that the door let through', async ({
    path,
  }) => {
    const tell = openSignInLog(path, (failure) => expect.fail(String(failure)));

    tell({ outcome: 'unknown_account', ip: '192.0.2.7', username: 'a\r\nb\u2028"\\\u0000é' });

    await expect.poll(() => linesOf(path)).toHaveLength(1);
    const [line] = await linesOf(path);
    expect(line).toMatch(/ name="a\\u000d\\u000ab\\u2028\\u0022\\u005c\\u0000\\u00e9"$/);
  });

  test('goes on under its name once it was rotated', async ({ path }) => {
    const tell = openSignInLog(path, (failure) => expect.fail(String(failure)));
    const attempt = { outcome: 'wrong_password', ip: '192.0.2.7', username: 'sam' } as const;

    tell(attempt);
    await expect.poll(() => linesOf(path)).toHaveLength(1);
    await rename(path, `${path}.1`);
    tell(attempt);

    await expect.poll(() => linesOf(path).catch(() => [])).toHaveLength(1);
    expect(await linesOf(`${path}.1`)).toHaveLength(1);
  });

  test('refuses the start where it cannot be written', ({ path }) => {
    expect(() => openSignInLog(join(path, 'no', 'folder'), () => {})).toThrow(/AUTH_LOG_PATH/);
  });
});
