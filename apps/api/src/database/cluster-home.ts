import fs from 'node:fs';
import path from 'node:path';
import { StartRefused } from '#lib/start-refused.ts';
import { type ClusterAccount, canEnter, clusterAccount } from './cluster-account.ts';

const SYSTEM_DATA = '/var/lib';

export interface ClusterHome {
  /** The real directory, of PostgreSQL's account alone. */
  directory: string;
  account: ClusterAccount;
}

/**
 * Makes sure of the directory that holds the cluster: `<data>/postgres`.
 * Where PostgreSQL's account may not enter the data directory, that is a link to one in /var/lib,
 * so that the data stays found by its one path; an explicitly chosen place is never left.
 */
export function prepareClusterHome(dataDir: string, mayMove: boolean): ClusterHome {
  const entry = path.join(dataDir, 'postgres');
  const account = clusterAccount(entry);

  if (!fs.lstatSync(entry, { throwIfNoEntry: false })) makeHome(dataDir, entry, account, mayMove);
  const directory = realHome(entry);
  // A start killed between making and giving leaves an empty directory of root's.
  if (account && fs.statSync(directory).uid === 0) give(directory, account);
  if (!canEnter(directory, account)) throw closed(directory, account);

  return { directory, account };
}

function makeHome(dataDir: string, entry: string, account: ClusterAccount, mayMove: boolean): void {
  if (!account) {
    fs.mkdirSync(entry, { mode: 0o700 });
    return;
  }
  openToPassThrough(dataDir);
  if (canEnter(dataDir, account)) {
    fs.mkdirSync(entry, { mode: 0o700 });
    return;
  }
  if (!mayMove) throw closed(dataDir, account);
  fs.symlinkSync(makeHomeElsewhere(dataDir), entry);
}

/** Search alone, no listing: what lies beside the cluster keeps its own permissions. */
function openToPassThrough(dataDir: string): void {
  fs.chmodSync(dataDir, fs.statSync(dataDir).mode | 0o011);
}

/** Its name is chance, not the checkout's path: a new clone in an old place must not find the old data. */
function makeHomeElsewhere(dataDir: string): string {
  try {
    const place = fs.mkdtempSync(path.join(SYSTEM_DATA, 'cmp-'));
    fs.chmodSync(place, 0o711);
    fs.writeFileSync(
      path.join(place, 'README'),
      `The PostgreSQL data that ${dataDir} points to.\n`,
    );
    const home = path.join(place, 'postgres');
    fs.mkdirSync(home, { mode: 0o700 });
    return home;
  } catch (cause) {
    throw new StartRefused(
      `PostgreSQL's account may not enter ${dataDir}, and no directory can be made in ${SYSTEM_DATA}; choose another place with DATA_DIR.`,
      { cause },
    );
  }
}

function realHome(entry: string): string {
  try {
    return fs.realpathSync(entry);
  } catch (cause) {
    throw new StartRefused(
      `${entry} points to ${fs.readlinkSync(entry)}, which is not there; bring the data back or remove the link.`,
      { cause },
    );
  }
}

function give(directory: string, account: { uid: number; gid: number }): void {
  fs.chownSync(directory, account.uid, account.gid);
}

function closed(directory: string, account: ClusterAccount): StartRefused {
  if (!account) {
    return new StartRefused(
      `The database in ${directory} belongs to another account; start as that account, or choose another DATA_DIR.`,
    );
  }
  return new StartRefused(
    `PostgreSQL runs as account ${account.uid}, which may not enter ${directory}; open its parents (chmod o+x) or choose another DATA_DIR.`,
  );
}
