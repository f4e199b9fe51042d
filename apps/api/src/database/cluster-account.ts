import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';

/** The system account that PostgreSQL runs as; `undefined` is our own. */
export type ClusterAccount = { uid: number; gid: number } | undefined;

/** PostgreSQL refuses to run as root: whoever owns the data, `postgres` (made when missing), or `nobody`. */
export function clusterAccount(clusterHome: string): ClusterAccount {
  if (process.getuid?.() !== 0) return undefined;
  return (
    ownerOf(clusterHome) ??
    accountNamed('postgres') ??
    madeAccount() ??
    accountNamed('nobody') ?? { uid: 65534, gid: 65534 }
  );
}

function ownerOf(clusterHome: string): ClusterAccount {
  const stats = fs.statSync(clusterHome, { throwIfNoEntry: false });
  return stats && stats.uid !== 0 ? { uid: stats.uid, gid: stats.gid } : undefined;
}

function accountNamed(name: string): ClusterAccount {
  const idOf = (flag: string) => {
    const found = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return found.status === 0 ? Number(found.stdout) : undefined;
  };
  const uid = idOf('-u');
  const gid = idOf('-g');
  return uid && gid ? { uid, gid } : undefined;
}

function madeAccount(): ClusterAccount {
  const flags = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin'];
  try {
    execFileSync('useradd', [...flags, 'postgres'], { stdio: 'ignore' });
  } catch {
    // No useradd, or /etc may not be written: `nobody` serves.
    return undefined;
  }
  return accountNamed('postgres');
}

/** Whether the account reaches a directory: every parent must be open to it. */
export function canEnter(directory: string, account: ClusterAccount): boolean {
  if (!account) {
    try {
      fs.accessSync(directory, fs.constants.R_OK | fs.constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', directory], { ...account, cwd: '/' }).status === 0;
}

/** Whether the account can run a program where it lies. */
export function canRun(program: string, account: ClusterAccount): boolean {
  if (!account) return true;
  return spawnSync(program, ['--version'], { ...account, cwd: '/' }).status === 0;
}
