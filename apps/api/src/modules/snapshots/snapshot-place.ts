import { mkdir, stat, statfs } from 'node:fs/promises';
import { sections } from '@cmp/shared/settings/sections';
import { StorageSettings } from '@cmp/shared/settings/storage';
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

/** The folder where snapshots lie now. One that was named must be there: a volume that is not mounted is not written beside. */
export async function folderOf(db: Db, { snapshotsDir }: FolderPlace): Promise<string> {
  const folder = await readFolder(db);
  if (folder === null) {
    await mkdir(snapshotsDir, { recursive: true, mode: 0o700 });
    return snapshotsDir;
  }
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw new AppError('target_failed', `The folder of the snapshots is not there: ${folder}.`);
  return folder;
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
