import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Db } from '#database/client.ts';
import { folderOf, type RestorePlace, uploadOf } from './restore.service.ts';
import { forgetSealed, listPlansWithFile } from './restore-plans.repository.ts';
import { listBeside } from './scratch.repository.ts';
import { dropLeftScratch } from './scratch.ts';

/** Removes what processes that died have left: files that no plan needs, and schemas beside. */
export async function sweepRestores(
  db: Db,
  { uploadsDir, ownerUrl }: Pick<RestorePlace, 'uploadsDir' | 'ownerUrl'>,
): Promise<void> {
  await forgetSealed(db);
  const needed = new Set((await listPlansWithFile(db)).map((id) => uploadOf(uploadsDir, id)));
  const folder = folderOf(uploadsDir);
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const file = await stat(path).catch(() => undefined);
    const isOld = file !== undefined && Date.now() - file.mtimeMs > leftAfterMs;
    // A file that is decrypted for a reader lies beside the one it came from.
    const isNeeded = needed.has(path) || [...needed].some((one) => path.startsWith(`${one}.`));
    if (isOld && !isNeeded) await rm(path, { force: true });
  }
  if (ownerUrl !== undefined && (await listBeside(db)).length > 0) await dropLeftScratch(ownerUrl);
}

/** No upload pauses for so long. */
const leftAfterMs = 120_000;
