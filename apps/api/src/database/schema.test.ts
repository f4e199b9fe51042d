import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, inject } from 'vitest';
import { test } from '#test/fixtures.ts';
import { rolePassword } from '#test/global-setup.ts';
import { urlAs } from './roles.ts';

const folder = fileURLToPath(new URL('../..', import.meta.url));

test('schema.gen.ts is what the migrations make', ({ database }) => {
  const url = urlAs(inject('postgresUrl'), 'cmp_owner', rolePassword, database);
  const verify = () =>
    execFileSync('node_modules/.bin/kysely-codegen', ['--verify'], {
      cwd: folder,
      env: { ...process.env, DATABASE_URL: url },
      encoding: 'utf8',
      stdio: 'pipe',
    });

  expect(verify).not.toThrow();
});
