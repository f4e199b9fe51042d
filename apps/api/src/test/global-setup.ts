import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '#database/embedded.ts';
import { migrate } from '#database/migrator.ts';
import { withDb } from '#database/outside-roles.ts';
import { ensureRoles, urlAs } from '#database/roles.ts';
import { keepSessionDefaults } from '#database/session-defaults.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    poolerUrl: string | undefined;
  }
}

export const rolePassword = 'of-a-throw-away-server';

/** A migrated template database that each test copies: on a PostgreSQL of its own, or on the one it is given. */
export default async function preparePostgres({ provide }: TestProject) {
  const given = process.env.TEST_DATABASE_URL;
  const { postgresUrl, stop } = given
    ? { postgresUrl: given, stop: async () => {} }
    : await start();

  await execute(postgresUrl, 'drop database if exists cmp');
  await ensureRoles(postgresUrl, { owner: rolePassword, app: rolePassword });
  await migrate(urlAs(postgresUrl, 'cmp_owner', rolePassword, 'cmp'));
  provide('postgresUrl', postgresUrl);
  const poolerUrl = process.env.TEST_POOLER_URL;
  if (poolerUrl)
    await withDb(urlAs(postgresUrl, 'cmp_app', rolePassword, 'cmp'), keepSessionDefaults);
  provide('poolerUrl', poolerUrl);

  return stop;
}

const fastAndUnsafe = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

async function start() {
  const dataDir = mkdtempSync(join(scratchFolder(), 'cmp-test-'));
  const server = await startEmbeddedPostgres({ dataDir, settings: fastAndUnsafe });
  return {
    postgresUrl: server.superuserUrl,
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

const memory = '/dev/shm';
const plentyBytes = 4_000_000_000;

/** In memory where there is plenty of it: every test copies a database, ten times as fast as on a disk. */
function scratchFolder(): string {
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > plentyBytes ? memory : tmpdir();
}

export async function execute(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
