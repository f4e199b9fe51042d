import { randomBytes } from 'node:crypto';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a small file to the disk for good and removes it; tells how much room there is. */
export async function tryFolder(folder: string): Promise<{ path: string; freeBytes: number }> {
  const path = join(folder, `.cmp-test-${randomBytes(6).toString('hex')}`);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(randomBytes(1024));
    await file.sync();
  } finally {
    await file.close();
    await rm(path);
  }
  const { bavail, bsize } = await statfs(folder);
  return { path: folder, freeBytes: bavail * bsize };
}

/** Our own folder may be made; one that was named may not: a volume that is not mounted would be written beside. */
export async function tryOwnFolder(folder: string): Promise<{ path: string; freeBytes: number }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return tryFolder(folder);
}
