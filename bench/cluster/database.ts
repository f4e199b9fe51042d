import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { migrate } from '@cmp/api/src/database/migrator.ts';
import { withDb } from '@cmp/api/src/database/outside-roles.ts';
import { ensureRoles, urlAs } from '@cmp/api/src/database/roles.ts';
import { keepSessionDefaults } from '@cmp/api/src/database/session-defaults.ts';
import { executeOn } from '#postgres.ts';
import { freePort } from '#servers.ts';
import { programs, serverAccount } from './debian.ts';
import { beginServer } from './processes.ts';

const rolePassword = 'of-a-throw-away-server';

/** Debian's PostgreSQL in a folder of its own, with PgBouncer before it. */
export interface Database {
  urlOf: (role: 'postgres' | 'cmp_owner' | 'cmp_app') => string;
  /** As the role that serves, through the pooler. */
  pooledUrl: string;
  settings: readonly string[];
  remove: () => void;
}

const settings = [
  'fsync=on',
  'synchronous_commit=on',
  'shared_buffers=256MB',
  'work_mem=16MB',
  'max_connections=80',
  'jit=off',
];

export async function startDatabase(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'cmp-cluster-'));
  const account = serverAccount();
  const { uid, gid } = account;
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  const data = join(folder, 'data');
  const run = (name: string, ...args: string[]) => {
    const { status } = spawnSync(join(dirname(programs.postgres), name), args, {
      ...account,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error(`${name} failed (${status}).`);
  };
  run('initdb', `--pgdata=${data}`, '--username=postgres', '--auth=trust', '--no-sync');
  const local = ['listen_addresses=', `unix_socket_directories=${folder}`];
  // 15's initdb takes no settings.
  const lines = [...settings, ...local].map((setting) => `${setting.replace('=', " = '")}'\n`);
  appendFileSync(join(data, 'postgresql.conf'), lines.join(''));
  run('pg_ctl', 'start', `--pgdata=${data}`, '--wait', `--log=${join(folder, 'log')}`);
  const remove = () => {
    run('pg_ctl', 'stop', `--pgdata=${data}`, '--mode=immediate');
    rmSync(folder, { recursive: true });
  };
  try {
    const adminUrl = `postgres://postgres@localhost/cmp?host=${folder}`;
    const urlOf: Database['urlOf'] = (role) => urlAs(adminUrl, role, rolePassword);
    await executeOn(urlAs(adminUrl, 'postgres', '', 'postgres'), ['select 1']);
    await ensureRoles(urlAs(adminUrl, 'postgres', '', 'postgres'), {
      ...{ owner: rolePassword, app: rolePassword },
    });
    await migrate(urlOf('cmp_owner'));
    await withDb(urlOf('cmp_app'), keepSessionDefaults);
    const port = await startPooler(folder);
    const pooledUrl = `postgres://cmp_app:${rolePassword}@127.0.0.1:${port}/cmp`;
    return { urlOf, pooledUrl, settings, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** In transaction mode, as its manual has it: no start parameter is ignored. */
async function startPooler(folder: string): Promise<number> {
  const port = await freePort();
  const ini = join(folder, 'pgbouncer.ini');
  writeFileSync(join(folder, 'users'), `"cmp_app" "${rolePassword}"\n`);
  const lines = [
    ...['[databases]', `cmp = host=${folder} dbname=cmp`, '[pgbouncer]'],
    ...['listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir ='],
    ...['auth_type = scram-sha-256', `auth_file = ${join(folder, 'users')}`],
    ...['pool_mode = transaction', 'default_pool_size = 20', 'max_client_conn = 500'],
  ];
  writeFileSync(ini, `${lines.join('\n')}\n`);
  await beginServer([programs.pgbouncer, '-q', ini], port, serverAccount());
  return port;
}
