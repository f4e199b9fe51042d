import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Db } from '#database/client.ts';
import { legacySample } from '#modules/legacy/legacy.sample.ts';
import { test as base } from '#test/command-fixtures.ts';

const test = base.extend('file', async ({}, { onCleanup }) => {
  const folder = await mkdtemp(join(tmpdir(), 'cmp-legacy-'));
  onCleanup(() => rm(folder, { recursive: true }));
  const file = join(folder, 'old.json');
  await writeFile(file, legacySample({ servers: 6, users: 20 }));
  return file;
});

describe('cmp legacy import', () => {
  test('only shows with --dry-run, and adds what holds with --skip-errors', async ({
    cmp,
    db,
    file,
  }) => {
    const shown = await cmp(`legacy import ${file} --dry-run`);
    expect(shown.exitCode).toBe(0);
    expect(shown.out).toMatch(/^old\.json: \d+ to add, 0 to change/);
    expect(shown.out).toContain('Nothing was changed.');
    expect(await count(db)).toBe(0);

    const refused = await cmp(`legacy import ${file}`);
    expect([refused.exitCode, refused.err]).toEqual([
      1,
      'Rows are in error. Choose to leave them out.\n',
    ]);

    const done = await cmp(`legacy import ${file} --skip-errors --with-accounts`);
    expect(done.exitCode).toBe(0);
    expect(done.out.match(/(?:\w{5}-){3}\w{5}/g)).toHaveLength(3);
    expect(await count(db)).toBeGreaterThan(5);
    expect((await cmp('legacy import /nowhere.json')).err).toContain('There is no file');
  });
});

async function count(db: Db): Promise<number> {
  const { n } = await db
    .selectFrom('users')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return n;
}
