import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { urlAs } from '#database/roles.ts';
import { test } from '#test/fixtures.ts';
import { rolePassword } from '#test/global-setup.ts';

const entry = join(import.meta.dirname, 'main.ts');

test('the API does not start as the role that could rewrite the log', ({
  database,
  onTestFinished,
}) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const DATABASE_URL = urlAs(inject('postgresUrl'), 'cmp_owner', rolePassword, database);

  const { status, stderr } = spawnSync(process.execPath, [entry], {
    env: { DATA_DIR: dataDir, PORT: '3', HOST: '127.0.0.1', DATABASE_URL },
    encoding: 'utf8',
    timeout: 10_000,
  });

  expect(status).toBe(1);
  expect(stderr).toBe(
    'The portal would serve as cmp_owner, which owns the tables and so could rewrite the log. ' +
      'Set DATABASE_URL to cmp_app, or DB_SINGLE_ROLE=on to accept that.\n',
  );
});
