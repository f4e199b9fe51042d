import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { runCmp } from '#cli/program.ts';
import { urlAs } from '#database/roles.ts';
import { test as base } from './fixtures.ts';
import { rolePassword } from './global-setup.ts';

const postgresUrl = inject('postgresUrl');

export const test = base
  .extend('dataDir', async ({}, { onCleanup }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
    mkdirSync(join(dataDir, 'keys'));
    for (const name of ['secret-key', 'jwt-secret'])
      writeFileSync(join(dataDir, 'keys', name), randomUUID(), { mode: 0o600 });
    onCleanup(() => rmSync(dataDir, { recursive: true }));
    return dataDir;
  })
  /** What a command answers on this test's database; environment beyond that may be given. */
  .extend(
    'cmp',
    ({ database, dataDir }) =>
      async (line: string | string[], more: NodeJS.ProcessEnv = {}, input = '') => {
        const answer = { out: '', err: '' };
        const args = typeof line === 'string' ? line.split(' ').filter(Boolean) : line;
        const exitCode = await runCmp(args, {
          environment: {
            DATA_DIR: dataDir,
            PORT: '3', // Nobody's.
            DATABASE_URL: urlAs(postgresUrl, 'cmp_app', rolePassword, database),
            ...more,
          },
          isInteractive: false,
          write: (text) => {
            answer.out += text;
          },
          writeError: (text) => {
            answer.err += text;
          },
          readInput: async () => input,
          signal: new AbortController().signal,
        });
        return { exitCode, ...answer };
      },
  );
