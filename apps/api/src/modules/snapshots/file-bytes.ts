import type { FileHandle } from 'node:fs/promises';

const chunkLength = 262_144;

/** A file's bytes up to an offset. Not a stream: a handle cannot be closed while a stream of it lives. */
export async function* bytesOf(
  file: FileHandle,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer> {
  for (let at = 0; at < end; ) {
    const chunk = await bytesAt(file, at, Math.min(chunkLength, end - at));
    if (chunk.length === 0) return;
    yield chunk;
    at += chunk.length;
  }
}

export async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
