import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { shippedMigrations } from '#database/migrator.ts';
import { AppError } from '#lib/errors.ts';
import { type Keys, keysOf, type RootKeys } from '#lib/keys.ts';
import { decryptBeside } from './decrypted-file.ts';
import type { Unlocking } from './encryption.ts';
import { bytesAt, bytesOf } from './file-bytes.ts';
import { type Manifest, manifestName, type Part, readManifest } from './manifest.ts';
import { rootOf } from './recovery-key.ts';
import { commentLength, publicKeyOf, readComment, signatureLength } from './signature.ts';
import { altered, openZip, readAll, type ZipContents } from './zip-contents.ts';

/** A snapshot that was found whole and as it was written. */
export interface SnapshotFile {
  manifest: Manifest;
  isEncrypted: boolean;
  /** Another installation signed it. */
  isForeign: boolean;
  /** That installation's keys, where the file or a recovery key that was given tells them. */
  foreignKeys: RootKeys | undefined;
  /** A part's rows as batches of JSON lines. Its checksum and counts are checked by the time the last was given. */
  rows: (table: string) => AsyncGenerator<string[]>;
  /** Reads every part to its end. */
  verifyAll: () => Promise<void>;
  close: () => Promise<void>;
}

export interface Opening extends Unlocking {
  keys: Pick<Keys, 'snapshots'>;
  recoveryKey?: string | undefined;
  /** A file of another installation is wanted. */
  trustForeign?: boolean | undefined;
}

/**
 * Opens a snapshot. Its signature is checked over the whole file before anything in it is read, so that every
 * refusal comes before the first row.
 */
export async function openSnapshot(path: string, opening: Opening): Promise<SnapshotFile> {
  const given = await open(path, 'r');
  let file = given;
  const close = async () => {
    await file.close();
    if (file !== given) await given.close();
  };
  try {
    const isEncrypted = (await bytesAt(given, 0, ageLine.length)).toString('latin1') === ageLine;
    if (isEncrypted) file = await decryptBeside(path, given, opening);
    const publicKey = await checkSignature(file);
    const isForeign = !publicKey.equals(publicKeyOf(opening.keys.snapshots));
    if (isForeign && !opening.trustForeign)
      throw new AppError('snapshot_foreign', 'Another installation made this snapshot.');

    const zip = await openZip(file);
    const manifest = readManifest(await readManifestText(zip), await shippedMigrations());
    requireParts(zip, manifest);
    const foreignKeys = isForeign ? findKeys(publicKey, manifest, opening.recoveryKey) : undefined;
    const rows = (table: string) => readRows(zip, getPart(manifest, table));
    return {
      manifest,
      isEncrypted,
      isForeign,
      foreignKeys,
      rows,
      verifyAll: async () => {
        // As bytes: a text of each row would be a hundred megabytes of garbage.
        for (const part of manifest.parts) for await (const _ of readLines(zip, part));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What an encrypted file begins with. */
export const ageLine = 'age-encryption.org/v1\n';
const endLength = 22;
const endMark = Buffer.from('PK\x05\x06', 'latin1');
const localMark = Buffer.from('PK\x03\x04', 'latin1');

/** Gives the key by which the whole file is signed. */
async function checkSignature(file: FileHandle): Promise<Buffer> {
  const { size } = await file.stat();
  if (!(await bytesAt(file, 0, 4)).equals(localMark))
    throw new AppError('snapshot_unreadable', 'This file is no snapshot: it is not an archive.');

  const tail = await bytesAt(
    file,
    Math.max(0, size - endLength - commentLength),
    endLength + commentLength,
  );
  const signed = readComment(tail.subarray(endLength).toString('latin1'));
  if (!signed) throw await unsigned(file, size, tail);

  const digest = createHash('sha256');
  for await (const chunk of bytesOf(file, size - signatureLength)) digest.update(chunk);
  if (!signed.isSignatureOf(digest.digest()))
    throw altered('This snapshot is not as it was written: its signature does not fit.');
  return signed.publicKey;
}

/** Without our comment: another archive, or one whose end is damaged or missing. */
async function unsigned(file: FileHandle, size: number, tail: Buffer): Promise<AppError> {
  if (tail.subarray(0, 4).equals(endMark))
    return altered('The end of this snapshot was altered: it bears no signature.');
  const mostOfAnEnd = Math.min(size, endLength + 0xffff);
  const end = await bytesAt(file, size - mostOfAnEnd, mostOfAnEnd);
  const at = end.lastIndexOf(endMark);
  const isWhole =
    at !== -1 &&
    at + endLength <= end.length &&
    at + endLength + end.readUInt16LE(at + 20) === end.length;
  return isWhole
    ? new AppError('snapshot_unreadable', 'This is an archive, but no snapshot: nobody signed it.')
    : new AppError('snapshot_truncated', 'The end of this snapshot is missing.');
}

const mostOfManifest = 4_000_000;

async function readManifestText(zip: ZipContents): Promise<string> {
  const entry = zip.entries.get(manifestName);
  if (!entry) throw altered('This snapshot has no manifest.', manifestName);
  if (entry.uncompressedSize > mostOfManifest)
    throw tooLarge('The manifest is larger than 4 MB.', manifestName);
  return (await readAll(zip, entry)).toString('utf8');
}

/** Unpacked, all parts together. */
const mostUnpacked = 64_000_000_000;
const mostRatio = 200;
const smallEnough = 10_000_000;
const mostOfLine = 32_000_000;

/** What the archive holds is what the manifest says, by name and by size, and no more than can be meant. */
function requireParts(zip: ZipContents, { parts }: Manifest): void {
  const named = new Set([manifestName, ...parts.map(({ path }) => path)]);
  for (const name of zip.entries.keys())
    if (!named.has(name))
      throw new AppError(
        'snapshot_unsafe',
        `The archive holds ${name}, which its manifest does not name.`,
        { part: name },
      );
  for (const { path, bytes } of parts) {
    const entry = zip.entries.get(path);
    if (entry?.uncompressedSize !== bytes)
      throw altered(`${path} is missing, or not of the size that the manifest says.`, path);
    if (bytes > smallEnough && bytes > entry.compressedSize * mostRatio)
      throw tooLarge(`${path} unpacks to more than ${mostRatio} times its size.`, path);
  }
  if (parts.reduce((sum, { bytes }) => sum + bytes, 0) > mostUnpacked)
    throw tooLarge('This snapshot unpacks to more than 64 GB.');
}

function findKeys(publicKey: Buffer, { recoveryKey: kept }: Manifest, given: string | undefined) {
  const recoveryKey = given || kept;
  if (!recoveryKey) return undefined;
  const keys = keysOf(rootOf(recoveryKey));
  if (!publicKeyOf(keys.snapshots).equals(publicKey))
    throw new AppError(
      'snapshot_unlock_failed',
      'This recovery key is not of the installation that made the snapshot.',
    );
  return keys;
}

function getPart({ parts }: Manifest, table: string): Part {
  const part = parts.find((one) => one.table === table);
  if (!part) throw new Error(`The snapshot has no part for ${table}.`);
  return part;
}

const linesOfBatch = 1000;

async function* readRows(zip: ZipContents, part: Part): AsyncGenerator<string[]> {
  const batch: string[] = [];
  for await (const bytes of readLines(zip, part)) {
    batch.push(...bytes.toString('utf8', 0, bytes.length - 1).split('\n'));
    while (batch.length >= linesOfBatch) yield batch.splice(0, linesOfBatch);
  }
  if (batch.length > 0) yield batch;
}

/** The bytes of whole lines, some at a time. The last come when all of the part was found as it was written. */
async function* readLines(
  zip: ZipContents,
  { path, rows, bytes, sha256 }: Part,
): AsyncGenerator<Buffer> {
  const entry = zip.entries.get(path);
  if (!entry) throw altered(`${path} is missing.`, path);
  const digest = createHash('sha256');
  const found = { rows: 0, bytes: 0 };
  let ready: Buffer | undefined;
  let rest: Buffer[] = [];
  for await (const chunk of zip.contentOf(entry)) {
    digest.update(chunk);
    found.bytes += chunk.length;
    if (found.bytes > bytes) throw altered(`${path} is longer than the manifest says.`, path);
    const end = chunk.lastIndexOf(10) + 1;
    if (end === 0) rest.push(chunk);
    else {
      if (ready) yield ready;
      ready = Buffer.concat([...rest, chunk.subarray(0, end)]);
      if (!isUtf8(ready)) throw altered(`${path} is not text.`, path);
      for (let at = ready.indexOf(10); at !== -1; at = ready.indexOf(10, at + 1)) found.rows += 1;
      rest = [chunk.subarray(end)];
    }
    if (lengthOf(rest) > mostOfLine)
      throw tooLarge(`${path} holds a row of more than 32 MB.`, path);
  }
  const isExact = found.rows === rows && found.bytes === bytes && lengthOf(rest) === 0;
  if (!isExact || digest.digest('hex') !== sha256)
    throw altered(`${path} is not as it was written: its checksum or its counts do not fit.`, path);
  if (ready) yield ready;
}

function lengthOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

function tooLarge(message: string, part?: string): AppError {
  return new AppError('snapshot_too_large', message, part ? { part } : undefined);
}
