import { type FileHandle, open, rm } from 'node:fs/promises';
import { AppError } from '#lib/errors.ts';
import { isStorageFull } from '#lib/storage-full.ts';
import { newToken } from '#lib/tokens.ts';
import { decrypterBy, type Unlocking, unlockFailed } from './encryption.ts';
import { bytesOf } from './file-bytes.ts';
import { altered } from './zip-contents.ts';

/**
 * What an encrypted file holds, in a file beside it that has no name by the time anything is in it: gone with the
 * handle, whatever becomes of this process.
 */
export async function decryptBeside(
  path: string,
  file: FileHandle,
  unlocking: Unlocking,
): Promise<FileHandle> {
  if (!unlocking.passphrase && !unlocking.identity)
    throw new AppError(
      'snapshot_locked',
      'This snapshot is encrypted: its passphrase or its identity opens it.',
    );
  const opened = await decrypt(file, unlocking);
  const draft = `${path}.${newToken()}.part`;
  const plain = await open(draft, 'wx+', 0o600);
  try {
    await rm(draft);
    for await (const chunk of readingAs(opened)) await plain.writeFile(chunk);
    return plain;
  } catch (error) {
    await plain.close();
    throw isStorageFull(error)
      ? new AppError('storage_full', 'There is no room to open the encrypted file.', undefined, {
          cause: error,
        })
      : error;
  }
}

async function decrypt(
  file: FileHandle,
  unlocking: Unlocking,
): Promise<ReadableStream<Uint8Array>> {
  const decrypter = decrypterBy(unlocking);
  try {
    return await decrypter.decrypt(ReadableStream.from<Uint8Array>(bytesOf(file)));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : '';
    // The library has one class of errors.
    if (/no identity matched/.test(message))
      throw unlockFailed('Neither passphrase nor identity opens this snapshot.', cause);
    if (/stream ended|invalid header$/.test(message))
      throw new AppError('snapshot_truncated', 'The encrypted file is cut short.', undefined, {
        cause,
      });
    throw altered('The head of the encrypted file is not as it was written.', undefined, cause);
  }
}

async function* readingAs(opened: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* opened;
  } catch (cause) {
    throw altered('The encrypted file was altered, or its end is missing.', undefined, cause);
  }
}
