import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

export const programs = {
  haproxy: '/usr/sbin/haproxy',
  nginx: '/usr/sbin/nginx',
  pgbouncer: '/usr/sbin/pgbouncer',
  postgres: '/usr/lib/postgresql/15/bin/postgres',
} as const;

const packages = {
  haproxy: 'haproxy',
  nginx: 'nginx-light',
  pgbouncer: 'pgbouncer',
  postgres: 'postgresql-15',
} as const satisfies Record<keyof typeof programs, string>;

/** Installs what is missing of Debian's packages, without any server of the machine's own. */
export function installPrograms(): void {
  const missing = Object.entries(programs)
    .filter(([, path]) => !existsSync(path))
    .map(([name]) => packages[name as keyof typeof packages]);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0)
    throw new Error(`Run \`apt-get install ${missing.join(' ')}\` as root, or run this as root.`);

  // Their packages would start servers of the machine's own, which nobody asked for.
  const noServer = '/usr/sbin/policy-rc.d';
  const isOurs = !existsSync(noServer);
  if (isOurs) writeFileSync(noServer, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...missing);
  } finally {
    if (isOurs) rmSync(noServer);
  }
}

/** The first line in which each says what it is. */
export function versions(): Record<string, string> {
  const said = (path: string, flag: string) => {
    const { stdout, stderr } = spawnSync(path, [flag], { encoding: 'utf8' });
    return `${stdout}${stderr}`.split('\n', 1)[0]?.trim() ?? '';
  };
  return {
    haproxy: said(programs.haproxy, '-v'),
    nginx: said(programs.nginx, '-v'),
    pgbouncer: said(programs.pgbouncer, '--version'),
    postgres: said(programs.postgres, '--version'),
  };
}

/** Who PostgreSQL and PgBouncer run as: both refuse to be root. */
export function serverAccount(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: idOf('-u'), gid: idOf('-g') };
}

function apt(...args: string[]): void {
  const { status, stderr } = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], {
    env: { PATH: process.env.PATH, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`apt-get ${args[0]} failed (${status}): ${stderr}`);
}
