import { access } from 'node:fs/promises';
import type { Db } from '#database/client.ts';
import {
  type FolderPlace,
  missingFile,
  pathOfSnapshot,
} from '#modules/snapshots/snapshot-place.ts';
import { getSnapshot } from '#modules/snapshots/snapshots.service.ts';

/** A snapshot of the list, and where it lies; refused where it does not lie there. */
export async function fileOfSnapshot(
  db: Db,
  place: FolderPlace,
  snapshotId: number,
): Promise<{ fileName: string; path: string }> {
  const snapshot = await getSnapshot(db, snapshotId);
  const path = pathOfSnapshot(place, snapshot);
  await access(path).catch(() => {
    throw missingFile(place, snapshot);
  });
  return { fileName: snapshot.fileName, path };
}
