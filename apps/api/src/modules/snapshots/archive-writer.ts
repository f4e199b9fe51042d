import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { AppError } from '#lib/errors.ts';
import type { Keys } from '#lib/keys.ts';
import { isStorageFull } from '#lib/storage-full.ts';
import { newToken } from '#lib/tokens.ts';
import { syncDirectory } from '#lib/whole-file.ts';
import { type Encryption, encrypterTo } from './encryption.ts';
import { currentFormat, type Manifest, manifestName, type Part, partPath } from './manifest.ts';
import { signatureLength, signDigest, unsignedComment } from './signature.ts';

/** A table's rows on their way into an archive: bytes of lines, each with its line end. */
export interface TableLines {
  table: string;
  columns: string[];
  lines: AsyncIterable<Buffer>;
}

interface Contents {
  keys: Pick<Keys, 'snapshots'>;
  encryption?: Encryption | undefined;
  tables: readonly TableLines[];
  /** All that the manifest says but what writing finds out. */
  head: Omit<Manifest, 'format' | 'parts'>;
  signal?: AbortSignal | undefined;
  /** Hears how many rows were written so far. */
  seen?: ((rows: number) => void) | undefined;
}

export interface WrittenSnapshot {
  bytes: number;
  /** Of the file as it lies there. */
  sha256: string;
  manifest: Manifest;
}

/**
 * Writes a snapshot beside its place, syncs it and gives it its name: under that name it is whole or not there.
 * Nothing is held whole in memory. What cannot be finished is removed.
 */
export async function writeSnapshotFile(
  path: string,
  { keys, encryption, tables, head, signal, seen = () => {} }: Contents,
): Promise<WrittenSnapshot> {
  const draft = `${path}.${newToken()}.part`;
  const { zip, manifest } = zipOf(tables, head, unsignedComment(keys.snapshots), seen);
  const digest = createHash('sha256');
  let bytes = 0;
  const counted = passing((chunk) => {
    digest.update(chunk);
    bytes += chunk.length;
  });
  try {
    const file = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(
      zip,
      signing(keys.snapshots),
      sealing(encryption),
      counted,
      file,
      signal ? { signal } : {},
    );
    await rename(draft, path);
    syncDirectory(dirname(path));
  } catch (error) {
    await rm(draft, { force: true });
    throw isStorageFull(error)
      ? new AppError('storage_full', 'There is no room for the snapshot.', undefined, {
          cause: error,
        })
      : error;
  }
  return { bytes, sha256: digest.digest('hex'), manifest: manifest() };
}

/** The bytes of the archive; its manifest is written last, when it is known what there is to say. */
function zipOf(
  tables: readonly TableLines[],
  head: Contents['head'],
  comment: string,
  seen: (rows: number) => void,
) {
  const zip = new ZipFile();
  const output = new PassThrough();
  zip.on('error', (error: Error) => output.destroy(error));
  zip.outputStream.pipe(output);
  const mtime = new Date(head.createdAt);
  // Level 3: a tenth larger than the default, in half the time.
  const options = { mtime, mode: 0o100600, compressionLevel: 3 };
  const parts: Part[] = [];
  const manifest = (): Manifest => ({ format: currentFormat, ...head, parts });

  const see = () => seen(parts.reduce((sum, { rows }) => sum + rows, 0));
  let under: Readable | undefined;
  output.once('close', () => under?.destroy());

  for (const { table, columns, lines } of tables) {
    const part = { table, path: partPath(table), columns, rows: 0, bytes: 0, sha256: '' };
    parts.push(part);
    // Nobody knows before how long a part becomes: it may pass what the plain format can say.
    zip.addReadStreamLazy(part.path, { ...options, forceZip64Format: true }, (give) => {
      const rows = Readable.from(measured(lines, part, see), { objectMode: false });
      // The writer of the archive hears neither of a failure here nor of an end there.
      rows.on('error', (error) => output.destroy(error));
      under = rows;
      give(null, rows);
    });
  }
  zip.addReadStreamLazy(manifestName, options, (give) =>
    give(null, Readable.from([Buffer.from(JSON.stringify(manifest(), null, 1))])),
  );
  zip.end({ comment, forceZip64Format: false });
  return { zip: output, manifest };
}

async function* measured(
  lines: AsyncIterable<Buffer>,
  part: Part,
  see: () => void,
): AsyncGenerator<Buffer> {
  const digest = createHash('sha256');
  for await (const bytes of lines) {
    digest.update(bytes);
    part.bytes += bytes.length;
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) part.rows += 1;
    see();
    yield bytes;
  }
  part.sha256 = digest.digest('hex');
}

/** Puts the signature of all that went before in the place of the room that the comment left for it. */
export function signing(seed: Buffer): Transform {
  const digest = createHash('sha256');
  let held = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // Only the end is copied: a chunk is as large as a batch of rows.
      const over = held.length + chunk.length - signatureLength;
      const fromHeld = held.subarray(0, Math.max(0, Math.min(held.length, over)));
      const fromChunk = chunk.subarray(0, Math.max(0, over - fromHeld.length));
      held = Buffer.concat([held.subarray(fromHeld.length), chunk.subarray(fromChunk.length)]);
      for (const ready of [fromHeld, fromChunk]) {
        digest.update(ready);
        if (ready.length > 0) this.push(ready);
      }
      done();
    },
    flush(done) {
      done(null, signDigest(seed, digest.digest()));
    },
  });
}

function sealing(encryption: Encryption | undefined) {
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
    if (encryption) yield* await encrypterTo(encryption).encrypt(ReadableStream.from(source));
    else yield* source;
  };
}

function passing(see: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      see(chunk);
      done(null, chunk);
    },
  });
}
