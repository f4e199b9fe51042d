import type { FileHandle } from 'node:fs/promises';
import { type Entry, fromFd, type ZipFile } from 'yauzl';
import { AppError } from '#lib/errors.ts';

/** An archive whose names are all safe. */
export interface ZipContents {
  entries: ReadonlyMap<string, Entry>;
  contentOf: (entry: Entry) => AsyncGenerator<Buffer>;
}

const mostEntries = 1000;

/** Reads the directory of an archive that was found as it was signed: whose signer may still be anybody. */
export async function openZip(file: FileHandle): Promise<ZipContents> {
  const zip = await directoryOf(file);
  if (zip.entryCount > mostEntries) throw unsafe('more than 1,000 parts');
  const entries = new Map<string, Entry>();
  const keys = new Set<string>();
  for await (const entry of entriesOf(zip)) {
    const { fileName, externalFileAttributes, generalPurposeBitFlag } = entry;
    const key = fileName.normalize('NFC').toLowerCase();
    if (keys.has(key)) throw unsafe('two parts of one name', fileName);
    if (!/^[\w.-]+(\/[\w.-]+)*$/.test(fileName)) throw unsafe('a name that no part has', fileName);
    const kind = (externalFileAttributes >>> 16) & 0o170000;
    if (kind !== 0 && kind !== 0o100000) throw unsafe('what is no plain file', fileName);
    if (generalPurposeBitFlag & 0x1) throw unsafe('a part with a password', fileName);
    keys.add(key);
    entries.set(fileName, entry);
  }
  return { entries, contentOf: (entry) => contentOf(zip, entry) };
}

export async function readAll({ contentOf }: ZipContents, entry: Entry): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(contentOf(entry)));
}

/** Something is not as it was written; the part that it is, where that is known. */
export function altered(message: string, part?: string, cause?: unknown): AppError {
  return new AppError('snapshot_altered', message, part ? { part } : undefined, { cause });
}

function directoryOf({ fd }: FileHandle): Promise<ZipFile> {
  const { promise, resolve, reject } = Promise.withResolvers<ZipFile>();
  const options = { lazyEntries: true, autoClose: false, strictFileNames: true };
  fromFd(fd, options, (error, zip) => (zip ? resolve(zip) : reject(asRefusal(error))));
  return promise;
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (let left = zip.entryCount; left > 0; left -= 1) {
    const { promise, resolve, reject } = Promise.withResolvers<Entry>();
    zip.once('entry', resolve);
    zip.once('error', (error) => reject(asRefusal(error)));
    zip.once('end', () => reject(altered('The directory of the archive ends too early.')));
    zip.readEntry();
    try {
      yield await promise;
    } finally {
      zip.removeAllListeners();
    }
  }
}

async function* contentOf(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<AsyncIterable<Buffer>>();
  zip.openReadStream(entry, (error, stream) => (stream ? resolve(stream) : reject(error)));
  try {
    yield* await promise;
  } catch (error) {
    throw asRefusal(error, entry.fileName);
  }
}

/** yauzl says in English what is wrong; unsafe names are what a person can tell apart. */
function asRefusal(error: unknown, part?: string): AppError {
  const message = error instanceof Error ? error.message : '';
  if (/absolute path|invalid relative path|invalid characters in fileName/i.test(message))
    return unsafe('a part whose name leads out of the archive');
  return altered(`${part ?? 'The directory of the archive'} cannot be read.`, part, error);
}

function unsafe(what: string, part?: string): AppError {
  const named = part === undefined ? '' : `: ${JSON.stringify(part)}`;
  return new AppError(
    'snapshot_unsafe',
    `The archive holds ${what}${named}.`,
    part === undefined ? undefined : { part },
  );
}
