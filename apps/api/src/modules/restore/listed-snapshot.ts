import { join } from 'node:path';
import type { Db } from '#database/client.ts';
import { notFound } from '#lib/errors.ts';
import { type FolderPlace, folderOf } from '#modules/snapshots/snapshot-place.ts';
import { findFileName } from './restore-plans.repository.ts';

/** Where a listed snapshot lies. */
export async function fileOfSnapshot(
  db: Db,
  place: FolderPlace,
  snapshotId: number,
): Promise<{ fileName: string; path: string }> {
  const fileName = await findFileName(db, snapshotId);
  if (fileName === undefined) throw notFound();
  return { fileName, path: join(await folderOf(db, place), fileName) };
}
