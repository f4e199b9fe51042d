import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Snapshot } from '@cmp/shared/snapshots';
import type { Db } from '#database/client.ts';
import { notFound } from '#lib/errors.ts';
import { ageLine } from './archive-reader.ts';
import { type FolderPlace, pathOfSnapshot } from './snapshot-place.ts';
import { listSnapshots } from './snapshots.repository.ts';

/** The newest snapshot of the database, where it may leave the house: encrypted, and no larger than so. */
export async function findSealedSnapshot(db: Db, mostBytes: number): Promise<Snapshot | undefined> {
  const newest = (await listSnapshots(db)).find(({ kind }) => kind === 'database');
  return newest?.isEncrypted && newest.bytes <= mostBytes ? newest : undefined;
}

/** Its file. The list is not believed alone: what does not begin as an encrypted file does is not given out. */
export async function readSealedSnapshot(
  db: Db,
  place: FolderPlace,
  mostBytes: number,
): Promise<{ fileName: string; bytes: number; stream: Readable }> {
  const snapshot = await findSealedSnapshot(db, mostBytes);
  if (!snapshot) throw notFound();
  const file = await open(pathOfSnapshot(place, snapshot), 'r').catch(() => {
    throw notFound();
  });
  const { size } = await file.stat();
  const head = await file.read(Buffer.alloc(ageLine.length), 0, ageLine.length, 0);
  if (size > mostBytes || head.buffer.toString('latin1') !== ageLine) {
    await file.close();
    throw notFound();
  }
  return { fileName: snapshot.fileName, bytes: size, stream: file.createReadStream({ start: 0 }) };
}
