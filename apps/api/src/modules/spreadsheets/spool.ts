import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newToken } from '#lib/tokens.ts';

/** A file that is there as long as it is being sent, and has no name by which it could be left behind. */
export interface Spooled {
  stream: Readable;
  bytes: number;
}

/** Writes what `write` gives into a file first, so that a slow reader holds nothing but that. */
export async function spool(
  folder: string,
  write: (save: (chunks: AsyncIterable<Buffer | string>) => Promise<void>) => Promise<void>,
): Promise<Spooled> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `spool-${newToken()}`);
  let file: FileHandle | undefined;
  try {
    await write((chunks) => pipeline(Readable.from(chunks), createWriteStream(path)));
    file = await open(path, 'r');
    const { size } = await file.stat();
    return { stream: file.createReadStream(), bytes: size };
  } finally {
    await rm(path, { force: true });
  }
}
