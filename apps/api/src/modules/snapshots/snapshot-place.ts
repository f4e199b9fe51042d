import { mkdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { sections } from '@cmp/shared/settings/sections';
import { StorageSettings } from '@cmp/shared/settings/storage';
import type { Snapshot } from '@cmp/shared/snapshots';
import type { Db } from '#database/client.ts';
import { AppError } from '#lib/errors.ts';
import type { Keys } from '#lib/keys.ts';
import { type Effective, readEffective, readSection } from '#modules/settings/settings.service.ts';
import type { Encryption } from './encryption.ts';

/** What snapshots are made with. */
export interface SnapshotPlace {
  /** Where they lie, unless the settings name another folder. */
  snapshotsDir: string;
  keys: Pick<Keys, 'settings' | 'snapshots' | 'root'>;
  versions: { appVersion: string };
}

/** What tells where they lie. */
export type FolderPlace = Pick<SnapshotPlace, 'snapshotsDir'>;

export function readStorage(db: Db, key: Buffer): Promise<Effective<StorageSettings>> {
  return readEffective(db, { key, overrides: {} }, 'storage', StorageSettings);
}

/** The folder that the settings name; null where it is the portal's own. */
export async function readFolder(db: Db): Promise<string | null> {
  const { values } = await readSection(db, 'storage', sections.storage, {});
  return StorageSettings.parse(values).folder;
}

/** The folder where snapshots are written now. */
export async function folderOf(db: Db, place: FolderPlace): Promise<string> {
  return (await folderToWrite(db, place)).path;
}

/** The same, and whether it was named. One that was must be there: a volume that is not mounted is not written beside. */
export async function folderToWrite(
  db: Db,
  { snapshotsDir }: FolderPlace,
): Promise<{ folder: string | null; path: string }> {
  const folder = await readFolder(db);
  if (folder === null) {
    await mkdir(snapshotsDir, { recursive: true, mode: 0o700 });
    return { folder, path: snapshotsDir };
  }
  if (!(await isThere(folder)))
    throw new AppError('target_failed', `The folder of the snapshots is not there: ${folder}.`);
  return { folder, path: folder };
}

type Lying = Pick<Snapshot, 'folder' | 'fileName'>;

/** Where a snapshot lies: where it was written, whatever the settings name by now. */
export function pathOfSnapshot({ snapshotsDir }: FolderPlace, { folder, fileName }: Lying): string {
  return join(folder ?? snapshotsDir, fileName);
}

/** Whether the folder that a snapshot was written to can be looked into: a volume may be away for a while. */
export function isReachable({ snapshotsDir }: FolderPlace, { folder }: Lying): Promise<boolean> {
  return isThere(folder ?? snapshotsDir);
}

async function isThere(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

/** Says where a file was to be, and where else there is one. */
export function missingFile(place: FolderPlace, snapshot: Lying & Pick<Snapshot, 'copies'>) {
  const copies = snapshot.copies.filter(({ failure }) => failure === null);
  const elsewhere = copies.map((copy) => ` A copy lies at ${copy.place}.`).join('');
  const path = pathOfSnapshot(place, snapshot);
  return new AppError('not_found', `The file is not where it was written: ${path}.${elsewhere}`);
}

export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** How the settings want snapshots encrypted; undefined where they do not. */
export async function encryptionOf(
  db: Db,
  { keys }: Pick<SnapshotPlace, 'keys'>,
): Promise<Encryption | undefined> {
  const { values, secrets } = await readStorage(db, keys.settings);
  const { encryption, recipients } = values;
  if (encryption === 'off') return undefined;
  if (encryption === 'recipients' && recipients.length > 0) return { recipients };
  const passphrase = encryption === 'passphrase' ? secrets.passphrase : undefined;
  if (passphrase) return { passphrase };
  throw new AppError('target_unset', 'Snapshots are to be encrypted, but there is no key for it.');
}
