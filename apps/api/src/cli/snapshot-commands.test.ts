import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { urlAs } from '#database/roles.ts';
import { keysOf } from '#lib/keys.ts';
import { rootOf } from '#modules/snapshots/recovery-key.ts';
import { test } from '#test/command-fixtures.ts';
import { rolePassword } from '#test/global-setup.ts';

describe('cmp snapshot', () => {
  test('makes one, lists it, and verifies it without a database', async ({
    cmp,
    given,
    dataDir,
    db,
  }) => {
    await given.servers('one', 'two');
    const nowhere = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' };

    const made = await cmp('snapshot create --json');
    const { fileName, counts } = JSON.parse(made.out);
    const path = join(dataDir, 'snapshots', fileName);
    const list = await cmp('snapshot list');
    const verified = await cmp(['snapshot', 'verify', path], nowhere);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, -100));
    const cut = await cmp(['snapshot', 'verify', path, '--json'], nowhere);
    const actions = await db.selectFrom('changes').select(['action', 'via', 'reason']).execute();

    expect(counts).toMatchObject({ servers: 2 });
    expect(list).toMatchObject({ exitCode: 0, out: expect.stringContaining(fileName) });
    expect(verified).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^Whole: database of Portal/),
    });
    expect(cut.exitCode).toBe(1);
    expect(JSON.parse(cut.out)).toMatchObject({ error: { code: 'snapshot_truncated' } });
    expect(actions).toContainEqual({ action: 'snapshots:create', via: 'cli', reason: fileName });
  });

  test('verifies on another machine only what is trusted there', async ({ cmp, dataDir }) => {
    const { fileName } = JSON.parse((await cmp('snapshot create --json')).out);
    const path = join(dataDir, 'snapshots', fileName);
    renameSync(join(dataDir, 'keys', 'secret-key'), join(dataDir, 'keys', 'elsewhere'));

    const refused = await cmp(['snapshot', 'verify', path]);
    const trusted = await cmp(['snapshot', 'verify', path, '--trust-foreign']);

    expect(refused.err).toContain('--trust-foreign');
    expect(trusted.out).toContain('of another installation');
    expect(readdirSync(join(dataDir, 'keys'))).not.toContain('secret-key');
  });

  test('offers pg_dump where there is a fitting one, and says so where there is none', async ({
    cmp,
    dataDir,
    database,
  }) => {
    const DATABASE_OWNER_URL = urlAs(inject('postgresUrl'), 'cmp_owner', rolePassword, database);

    const { exitCode, out, err } = await cmp('snapshot create --pg-dump', { DATABASE_OWNER_URL });

    const dumps = readdirSync(join(dataDir, 'snapshots'));
    expect([exitCode, dumps.length]).toEqual(exitCode === 0 ? [0, 1] : [1, 0]);
    expect(out + err).toMatch(
      /^Made .*\.dump: \d+ bytes|^There is no pg_dump of release \d+ or later/,
    );
  });
});

describe('cmp key export', () => {
  test('prints what the installation’s keys come from', async ({ cmp, dataDir }) => {
    const { recoveryKey } = JSON.parse((await cmp('key export --json')).out);
    const root = readFileSync(join(dataDir, 'keys', 'secret-key'));

    expect(keysOf(rootOf(recoveryKey)).snapshots).toEqual(keysOf(root).snapshots);
  });
});
