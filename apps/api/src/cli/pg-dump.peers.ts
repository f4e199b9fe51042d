import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { connect } from '#database/client.ts';
import { urlAs } from '#database/roles.ts';
import { test as base } from '#test/command-fixtures.ts';
import { canonicalDump, fillWithEdges } from '#test/edge-rows.ts';
import { keys } from '#test/fixtures.ts';
import { execute, rolePassword } from '#test/global-setup.ts';

// Run by `npm run test:peers`: pg_dump comes with Debian's PostgreSQL 15, and so does the server it dumps.

const postgresUrl = inject('postgresUrl');
const command = 'snapshot create --pg-dump --json';

const test = base
  .extend('asOwner', ({ database }) => ({
    DATABASE_OWNER_URL: urlAs(postgresUrl, 'cmp_owner', rolePassword, database),
  }))
  /** A database with nothing in it. */
  .extend('scratch', async ({}, { onCleanup }) => {
    const name = `scratch_${randomUUID()}`;
    await execute(postgresUrl, `create database "${name}" owner cmp_owner`);
    const { db } = connect(urlAs(postgresUrl, 'cmp_owner', rolePassword, name));
    onCleanup(async () => {
      await db.destroy();
      await execute(postgresUrl, `drop database "${name}" with (force)`);
    });
    return { url: withName(postgresUrl, name), db };
  });

describe('pg_dump of the server’s release', () => {
  test('writes a dump that pg_restore puts back row by row', { timeout: 60_000 }, async ({
    cmp,
    asOwner,
    db,
    owner,
    scratch,
  }) => {
    await fillWithEdges(db, owner, keys);

    const { exitCode, out, err } = await cmp(command, asOwner);

    expect([err, exitCode]).toEqual(['', 0]);
    const { path, bytes, program } = JSON.parse(out);
    expect(program).toBe('/usr/lib/postgresql/15/bin/pg_dump');
    expect(bytes).toBeGreaterThan(50_000);
    const pgRestore = join(dirname(program), 'pg_restore');
    execFileSync(pgRestore, ['--exit-on-error', `--dbname=${scratch.url}`, path]);
    const there = await canonicalDump(scratch.db, {});
    expect(there).toEqual(await canonicalDump(owner, {}));
    expect(there.users?.length).toBeGreaterThan(10);
  });

  test('is asked of the role that owns the tables, and leaves nothing where none is known', async ({
    cmp,
    dataDir,
  }) => {
    const { exitCode, out } = await cmp(command);

    expect(exitCode).toBe(1);
    expect(JSON.parse(out).error.message).toContain('Set DATABASE_OWNER_URL.');
    expect(
      existsSync(join(dataDir, 'snapshots')) ? readdirSync(join(dataDir, 'snapshots')) : [],
    ).toEqual([]);
  });
});

describe('the embedded server', () => {
  const embedded = { DATABASE_URL: undefined };

  test('is newer than Debian’s pg_dump, which is not used', { timeout: 120_000 }, async ({
    cmp,
    dataDir,
  }) => {
    const migrated = await cmp('migrate', embedded);
    expect([migrated.err, migrated.exitCode]).toEqual([expect.any(String), 0]);

    const { exitCode, out } = await cmp(command, embedded);

    expect(exitCode).toBe(1);
    expect(JSON.parse(out).error).toEqual({
      code: 'unavailable',
      message:
        'There is no pg_dump of release 18 or later on this machine, only of 15. A snapshot needs none.',
    });
    expect(readdirSync(join(dataDir, 'snapshots'))).toEqual([]);
  });
});

function withName(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
