import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot, SnapshotKind, SnapshotReason } from '@cmp/shared/snapshots';
import type { Db } from '#database/client.ts';
import { atOneMoment } from '#database/one-moment.ts';
import { AppError } from '#lib/errors.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { readGeneral } from '#modules/settings/settings.service.ts';
import type { Actor } from '#plugins/access.ts';
import { writeSnapshotFile } from './archive-writer.ts';
import {
  copyLines,
  readAppliedMigrations,
  readCatalogue,
  readSequences,
} from './contents.repository.ts';
import { contentsOf } from './contents.ts';
import { recoveryKeyOf } from './recovery-key.ts';
import {
  encryptionOf,
  folderOf,
  folderToWrite,
  freeBytesOf,
  type SnapshotPlace,
} from './snapshot-place.ts';
import {
  findSnapshot,
  guessBytes,
  holdWriting,
  insertSnapshot,
  type NewSnapshot,
  whileNobodyWrites,
} from './snapshots.repository.ts';

export interface SnapshotWish {
  kind: SnapshotKind;
  reason: SnapshotReason;
  /** Without its ending. A job that is tried again writes the same file again. */
  name?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Hears how many rows were written so far. */
  seen?: ((rows: number) => void) | undefined;
}

export interface WritingPlace extends SnapshotPlace {
  /** Of the database that is written down, as the role that serves. */
  databaseUrl: string;
}

/** Makes a snapshot and lists it. */
export async function makeSnapshot(
  db: Db,
  place: WritingPlace,
  actor: Actor,
  wish: SnapshotWish,
): Promise<Snapshot> {
  const written = await writeSnapshot(db, place, actor, wish);
  const id = await db.transaction().execute((trx) => insertSnapshot(trx, written));
  const snapshot = await findSnapshot(db, id);
  if (!snapshot) throw new Error('The snapshot was removed the moment it was listed.');
  return snapshot;
}

/** The same for whoever waits for it, at the command line: the log keeps who asked. */
export async function makeSnapshotNow(
  db: Db,
  place: WritingPlace,
  actor: Actor,
  wish: SnapshotWish,
): Promise<Snapshot> {
  const made = await makeSnapshot(db, place, actor, wish);
  await inChange(db, actor, 'snapshots:create', made.fileName, async () => {});
  return made;
}

/** Writes the file of a snapshot: everything as it was at one moment. */
export async function writeSnapshot(
  db: Db,
  place: WritingPlace,
  { accountId, username }: Actor,
  { kind, reason, name = snapshotName(kind, new Date()), signal, seen }: SnapshotWish,
): Promise<NewSnapshot> {
  const { folder, path } = await requireRoom(db, place, kind);
  const encryption = await encryptionOf(db, place);
  const fileName = `${name}.zip${encryption ? '.age' : ''}`;
  const { siteName } = await readGeneral(db);
  const { appVersion } = place.versions;
  const createdAt = new Date().toISOString();

  const written = await atOneMoment(place.databaseUrl, async (trx, copying) => {
    await holdWriting(trx);
    const { tables, excluded } = contentsOf(kind, await readCatalogue(trx));
    return writeSnapshotFile(join(path, fileName), {
      ...{ keys: place.keys, encryption, signal, seen },
      head: {
        ...{ kind, appVersion, createdAt, siteName, excluded },
        migrations: await readAppliedMigrations(trx),
        sequences: await readSequences(trx),
        ...(encryption && { recoveryKey: recoveryKeyOf(place.keys.root) }),
      },
      tables: tables.map((content) => ({
        table: content.table,
        columns: content.columns,
        lines: copyLines(trx, copying, content),
      })),
    });
  });
  const { bytes, sha256, manifest } = written;
  const counts = Object.fromEntries(manifest.parts.map(({ table, rows }) => [table, rows]));
  return {
    kind,
    reason,
    fileName,
    folder,
    bytes,
    sha256,
    siteName,
    appVersion,
    counts,
    createdAt,
    accountId,
    isEncrypted: encryption !== undefined,
    accountName: username,
    verifiedAt: null,
    verifyFailure: null,
  };
}

/** Says when and what, and is like no other. */
export function snapshotName(kind: SnapshotKind, now: Date): string {
  const at = now.toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
  return `cmp-${kind}-${at}-${randomBytes(3).toString('hex')}`;
}

/** Removes what processes that died in the middle of writing left behind. */
export async function sweepParts(db: Db, place: SnapshotPlace): Promise<void> {
  await whileNobodyWrites(db, async () => {
    const folder = await folderOf(db, place);
    for (const name of await readdir(folder))
      if (/^cmp-(config|database)-.*\.part$/.test(name))
        await rm(join(folder, name), { force: true });
  });
}

/** Refuses where there is no room for a snapshot of the kind; gives the folder it would lie in. */
export async function requireRoom(
  db: Db,
  place: SnapshotPlace,
  kind: SnapshotKind,
): Promise<Awaited<ReturnType<typeof folderToWrite>>> {
  const where = await folderToWrite(db, place);
  const needed = await guessBytes(db, kind);
  if ((await freeBytesOf(where.path)) >= needed) return where;
  const megabytes = Math.ceil(needed / 1_000_000);
  throw new AppError(
    'storage_full',
    `There is no room for the snapshot: it takes about ${megabytes} MB.`,
  );
}
