import type { Db } from '#database/client.ts';
import type { FolderPlace } from '#modules/snapshots/snapshot-place.ts';
import { getSnapshot, pathOfSnapshot } from '#modules/snapshots/snapshots.service.ts';

/** A snapshot of the list, and where it lies. */
export async function fileOfSnapshot(
  db: Db,
  place: FolderPlace,
  snapshotId: number,
): Promise<{ fileName: string; path: string }> {
  const snapshot = await getSnapshot(db, snapshotId);
  return { fileName: snapshot.fileName, path: await pathOfSnapshot(db, place, snapshot) };
}
