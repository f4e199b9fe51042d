import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test as base, describe, expect } from 'vitest';
import { startEmbeddedPostgres } from '#database/embedded.ts';
import { lockDirectory } from '#lib/directory-lock.ts';

const launcher = fileURLToPath(new URL('../../../../scripts/cmp', import.meta.url));
const patience = { timeout: 60_000 };

const test = base
  .extend('dataDir', async ({}, { onCleanup }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
    onCleanup(() => rmSync(dataDir, { recursive: true }));
    return dataDir;
  })
  /** The command line as it is typed, in a folder that is not the checkout. */
  .extend('start', ({ dataDir }) => (line: string, command = launcher) => {
    const { PATH, HOME } = process.env;
    const child = spawn(command, line.split(' '), {
      cwd: tmpdir(),
      env: { PATH, HOME, DATA_DIR: dataDir, PORT: '3' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const answer = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      answer.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      answer.err += text;
    });
    const ended = once(child, 'close').then(([exitCode]) => ({ exitCode, ...answer }));
    return { child, ended };
  })
  .extend(
    'isUp',
    ({ dataDir }) =>
      () =>
        existsSync(join(dataDir, 'postgres/18/postmaster.pid')),
  );

describe('scripts/cmp with the embedded PostgreSQL', () => {
  test(
    'starts it for its own length where the portal is down',
    patience,
    async ({ start, isUp }) => {
      const early = await start('account unlock sam').ended;
      const migrated = await start('migrate --json').ended;
      const seeded = await start('seed demo').ended;
      const again = await start('seed demo').ended;

      expect(early).toMatchObject({ exitCode: 1, err: expect.stringContaining('no database yet') });
      expect(JSON.parse(migrated.out).applied).toContain('0001_changes.sql');
      expect(seeded).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^Added 4 servers/) });
      expect(again.exitCode).toBe(1);
      expect(isUp()).toBe(false);
    },
  );

  test('says the same through Node where there is no shell', patience, async ({ start }) => {
    const [byShell, byNode] = await Promise.all([
      start('snapshot --help').ended,
      start('snapshot --help', `${launcher}.mjs`).ended,
    ]);
    const failing = await start('account unlock sam', `${launcher}.mjs`).ended;

    expect(byNode).toEqual(byShell);
    expect(byNode.out).toContain('restore');
    expect(failing).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('no database yet'),
    });
  });

  test(
    'uses the one that runs, and leaves it running',
    patience,
    async ({ dataDir, start, isUp }) => {
      await start('migrate').ended;
      const lock = await lockDirectory(dataDir);
      const portal = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
      const pid = portal.pid();

      const made = await start('account create --username sam --role admin --json').ended;
      const examined = await start('doctor --json').ended;

      expect(JSON.parse(made.out)).toMatchObject({ account: { username: 'sam' } });
      const { findings } = JSON.parse(examined.out);
      expect(findings).toContainEqual({
        check: 'role',
        state: 'ok',
        says: 'cmp_app serves and owns nothing',
      });
      expect(findings).toContainEqual(
        expect.objectContaining({ check: 'durability', says: expect.stringMatching(/^fsync off/) }),
      );
      expect(portal.pid()).toBe(pid);
      await portal.stop();
      await lock.release();
      expect(isUp()).toBe(false);
    },
  );

  test('waits for no portal that is about to start', patience, async ({ dataDir, start }) => {
    const lock = await lockDirectory(dataDir);

    const { exitCode, err } = await start('migrate').ended;

    expect(exitCode).toBe(1);
    expect(err).toContain(`(process ${process.pid}) holds the data`);
    await lock.release();
  });

  test(
    'leaves nothing behind when it is ended in the middle',
    patience,
    async ({ start, isUp }) => {
      await start('migrate').ended;
      const seeding = start('seed demo --users 1000000 --servers 100');
      while (!isUp()) await wait(20);
      await wait(1_500);

      seeding.child.kill('SIGINT');
      const { exitCode } = await seeding.ended;

      expect(exitCode).toBe(130);
      expect(isUp()).toBe(false);
      expect((await start('seed demo').ended).exitCode).toBe(0);
    },
  );

  test('may be linked to from another folder', patience, async ({ dataDir, start }) => {
    const link = join(dataDir, 'cmp');
    symlinkSync(launcher, link);

    const { exitCode, out } = await start('--help', link).ended;

    expect(exitCode).toBe(0);
    expect(out).toMatch(/^Usage: cmp/);
  });
});
