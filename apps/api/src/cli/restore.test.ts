import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { urlAs } from '#database/roles.ts';
import { keysOf } from '#lib/keys.ts';
import { test as base } from '#test/command-fixtures.ts';
import { rolePassword } from '#test/global-setup.ts';
import { snapshotFile } from '#test/restore-client.ts';

const others = { jwtSecret: 'x', botToken: 'x', ...keysOf(Buffer.alloc(32, 3)) };

const test = base
  .extend('folder', async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'cmp-restore-'));
    onCleanup(() => rm(folder, { recursive: true }));
    return folder;
  })
  .extend('asOwner', ({ database }) => ({
    DATABASE_OWNER_URL: urlAs(inject('postgresUrl'), 'cmp_owner', rolePassword, database),
  }));

describe('cmp snapshot restore', () => {
  test('shows the plan by table, asks, and replaces without the API', async ({
    cmp,
    given,
    db,
    owner,
    folder,
    asOwner,
  }) => {
    const [home] = await given.servers('home');
    await given.users(home.id, 'ann', 'bob');
    const file = join(folder, 'snapshot.zip');
    const passphrase = 'løk og eple';
    await writeFile(file, await snapshotFile(owner, { keys: others, encryption: { passphrase } }));
    await writeFile(join(folder, 'passphrase'), `${passphrase}\n`);
    await given.users(home.id, 'later');
    const line = `snapshot restore ${file} --mode replace --passphrase-file ${folder}/passphrase`;
    const users = async () =>
      (await db.selectFrom('users').select('accountName').orderBy('id').execute()).map(
        ({ accountName }) => accountName,
      );

    const foreign = await cmp(`${line} --dry-run`, asOwner);
    const shown = await cmp(`${line} --trust-foreign --dry-run`, asOwner);
    const unasked = await cmp(`${line} --trust-foreign`, asOwner);
    const unowned = await cmp(`${line} --trust-foreign --yes`);
    expect(await users()).toEqual(['ann', 'bob', 'later']);
    const done = await cmp(`${line} --trust-foreign --yes`, asOwner);

    expect([foreign.exitCode, foreign.err]).toEqual([
      1,
      'Another installation made this snapshot.\n',
    ]);
    expect(shown.exitCode).toBe(0);
    expect(shown.out).toContain('Elsewhere, ');
    expect(shown.out).toMatch(/users +0 to add, 0 to change, 2 as they are, 0 kept, 1 to remove/);
    expect(shown.out).toMatch(/accounts +stays as it is/);
    expect(shown.out).toContain('Nothing was changed.');
    expect(unasked.err).toContain('say --yes');
    expect(unowned.err).toContain('DATABASE_OWNER_URL');
    expect([done.err, done.exitCode]).toEqual(['', 0]);
    expect(done.out).toMatch(/Put back as change \d+\./);
    expect(await users()).toEqual(['ann', 'bob']);
    const safety = db.selectFrom('snapshots').select('reason');
    expect(await safety.execute()).toEqual([{ reason: 'safety' }]);
  });

  test('merges by default, and tells an older portal’s file', async ({
    cmp,
    given,
    owner,
    folder,
  }) => {
    const [home] = await given.servers('home');
    const file = join(folder, 'snapshot.zip');
    await given.users(home.id, 'ann');
    await writeFile(file, await snapshotFile(owner, { keys: others }));
    await writeFile(join(folder, 'old.json'), '\ufeff {"servers": []}');

    const same = await cmp(`snapshot restore ${file} --trust-foreign --yes`);
    const old = await cmp(`snapshot restore ${folder}/old.json`);

    expect(same.out).toContain('There is nothing to change.');
    expect(old.err).toContain('cmp legacy import');
  });
});
