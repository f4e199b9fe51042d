import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { loadKeys } from '#lib/keys.ts';
import { readSecret } from '#modules/settings/settings.service.ts';
import { test } from '#test/command-fixtures.ts';
import { listEntries } from '#test/fixtures.ts';

const canary = 'canary-7f3a-secret-that-nobody-may-read-9876';

describe('cmp settings', () => {
  test('sets a field and shows it, recorded as the command line’s', async ({ cmp, api, db }) => {
    const set = await cmp(['settings', 'set', 'general', 'siteName', 'North 7']);
    const limit = await cmp('--json settings set general idleLimitMinutes 30');
    const field = await cmp('settings get general siteName');
    const all = await cmp('settings get general --json');

    expect(set).toEqual({ exitCode: 0, out: 'Saved siteName of general.\n', err: '' });
    expect(JSON.parse(limit.out)).toMatchObject({ version: 3, values: { idleLimitMinutes: 30 } });
    expect(field.out).toBe('North 7\n');
    expect(JSON.parse(all.out)).toMatchObject({ values: { siteName: 'North 7' } });
    const admin = await api.as('admin');
    expect((await admin.get('/settings/general')).json()).toEqual(JSON.parse(all.out));
    expect(
      (await listEntries(db)).filter(({ tableName }) => tableName === 'settings'),
    ).toMatchObject([
      { action: 'settings:update', accountName: 'cli' },
      { action: 'settings:update', accountName: 'cli' },
    ]);
  });

  test('takes secrets from the standard input or a file alone, and shows none', async ({
    cmp,
    db,
    dataDir,
  }) => {
    const file = join(dataDir, 'secret');
    writeFileSync(file, `${canary}\n`);
    const keys = loadKeys({
      dataDir,
      keys: {
        jwtSecret: undefined,
        botToken: undefined,
        secretKeyFile: join(dataDir, 'keys', 'secret-key'),
      },
    });

    const typed = await cmp(['settings', 'set', 'mail', 'password', canary]);
    const piped = await cmp('settings set mail password --stdin --json', {}, `${canary}\n`);
    const read = await cmp(['settings', 'set', 'telegram', 'token', '--file', file]);
    const shown = await cmp('settings get mail --json');

    expect(typed).toMatchObject({ exitCode: 1, out: '' });
    expect(typed.err).toContain('--stdin or --file');
    expect([piped.exitCode, read.exitCode]).toEqual([0, 0]);
    expect(await readSecret(db, keys.settings, 'mail', 'password')).toBe(canary);
    expect(await readSecret(db, keys.settings, 'telegram', 'token')).toBe(canary);
    expect(JSON.parse(shown.out).secrets.password).toEqual({ set: true, lastFour: '9876' });
    for (const { out, err } of [typed, piped, read, shown]) expect(out + err).not.toContain(canary);
  });

  test('refuses what the section does not take, and what the environment sets', async ({ cmp }) => {
    const unknown = await cmp('settings get general colour');
    const wrong = await cmp('settings set general idleLimitMinutes 1 --json');
    const noSection = await cmp('settings get colours');
    const nothing = await cmp('settings set general siteName');
    const overridden = await cmp('settings set certificate warnDays 5', {
      CERT_EXPIRY_WARN_DAYS: '20',
    });

    expect(unknown).toMatchObject({ exitCode: 1, out: '' });
    expect(JSON.parse(wrong.out)).toMatchObject({ error: { code: 'invalid_request' } });
    expect(noSection.exitCode).toBe(2);
    expect(nothing.exitCode).toBe(1);
    expect(overridden.err).toContain('CERT_EXPIRY_WARN_DAYS sets this');
  });
});
