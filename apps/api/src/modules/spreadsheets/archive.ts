import { workbookLimits } from '@cmp/shared/workbook';
import { type Entry, fromBuffer, type ZipFile } from 'yauzl';
import { refusedType } from './file-kind.ts';
import { beyond, damaged, RefusedFile, tooManyRows } from './file-refusal.ts';

const megabyte = 1_000_000;

/**
 * Goes through a workbook's archive before anything else reads it. Real bytes are counted, because sizes in
 * headers lie; what lies, is encrypted, repeats a name or bears an unsafe one is refused, and so is whatever
 * is not a plain .xlsx. Gives how many rows hold anything in the sheet that has the most of them, or a few less.
 */
export async function checkArchive(bytes: Buffer): Promise<{ rows: number }> {
  const archive = await open(bytes);
  if (archive.entryCount > workbookLimits.entries)
    throw beyond('entries', workbookLimits.entries, 'The file holds more than 2,000 parts.');

  const names = new Set<string>();
  let unpackedBytes = 0;
  let contentTypes: string | undefined;
  const counters: ReturnType<typeof rowCounter>[] = [];
  for await (const entry of entriesOf(archive)) {
    const name = entry.fileName.toLowerCase();
    if (names.has(name)) throw unsafe('two parts of one name');
    names.add(name);
    if (entry.generalPurposeBitFlag & 0x1) throw locked();
    const types: Buffer[] = [];
    const counter = name.startsWith('xl/worksheets/sheet') ? rowCounter() : undefined;
    if (counter) counters.push(counter);
    for await (const chunk of contentOf(archive, entry)) {
      unpackedBytes += chunk.length;
      if (unpackedBytes > workbookLimits.unpackedBytes)
        throw beyond(
          'unpackedBytes',
          workbookLimits.unpackedBytes,
          'Unpacked, the file is larger than 100 MB.',
        );
      // Small files may be as dense as they like: nothing comes of it.
      if (unpackedBytes > megabyte && unpackedBytes > bytes.length * workbookLimits.ratio)
        throw beyond(
          'ratio',
          workbookLimits.ratio,
          'Unpacked, the file is more than 100 times its size.',
        );
      if (name === '[content_types].xml') types.push(chunk);
      counter?.see(chunk);
    }
    if (types.length > 0) contentTypes = Buffer.concat(types).toString('utf8');
  }
  requireWorkbook(contentTypes, names);
  const rows = Math.max(0, ...counters.map((counter) => counter.count()));
  // Of several sheets only the first is read, and which one that is is not known yet.
  if (counters.length === 1 && rows > workbookLimits.rows + 1) throw tooManyRows();
  return { rows };
}

/** How many rows of a sheet hold anything, as its bytes pass by; a tag that two chunks share may be missed. */
function rowCounter(): { see: (bytes: Buffer) => void; count: () => number } {
  let rows = 0;
  let isCounted = true;
  return {
    see: (bytes) => {
      for (const [tag] of bytes.toString('latin1').matchAll(/<row|<[vft][ >]/g)) {
        if (tag === '<row') isCounted = false;
        else if (!isCounted) {
          isCounted = true;
          rows += 1;
        }
      }
    },
    count: () => rows,
  };
}

function open(bytes: Buffer): Promise<ZipFile> {
  const { promise, resolve, reject } = Promise.withResolvers<ZipFile>();
  fromBuffer(bytes, { lazyEntries: true, strictFileNames: true }, (error, archive) =>
    archive ? resolve(archive) : reject(asRefusal(error)),
  );
  return promise;
}

async function* entriesOf(archive: ZipFile): AsyncGenerator<Entry> {
  for (let left = archive.entryCount; left > 0; left -= 1) {
    const { promise, resolve, reject } = Promise.withResolvers<Entry>();
    archive.once('entry', resolve);
    archive.once('error', reject);
    archive.once('end', () => reject(damaged()));
    archive.readEntry();
    try {
      yield await promise.catch((error) => {
        throw asRefusal(error);
      });
    } finally {
      archive.removeAllListeners();
    }
  }
}

async function* contentOf(archive: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<AsyncIterable<Buffer>>();
  archive.openReadStream(entry, (error, stream) => (stream ? resolve(stream) : reject(error)));
  try {
    yield* await promise;
  } catch (error) {
    throw asRefusal(error);
  }
}

/** yauzl says in English what is wrong; the cases a person can tell apart are these. */
function asRefusal(error: unknown): RefusedFile {
  if (error instanceof RefusedFile) return error;
  const message = error instanceof Error ? error.message : '';
  if (/encrypt/i.test(message)) return locked();
  if (/absolute path|invalid relative path|invalid characters in fileName/i.test(message))
    return unsafe('a part whose name leads out of the file');
  return damaged();
}

function locked(): RefusedFile {
  return new RefusedFile(
    'file_unreadable',
    'The workbook is locked with a password. Save it without one, then import it.',
    { reason: 'locked' },
  );
}

function unsafe(what: string): RefusedFile {
  return new RefusedFile(
    'file_unreadable',
    `The file holds ${what}. Save it again, then import it.`,
    {
      reason: 'unsafe',
    },
  );
}

function requireWorkbook(contentTypes: string | undefined, names: ReadonlySet<string>): void {
  const types = contentTypes ?? '';
  // SheetJS names a type for .bin parts, whether there are any or not.
  const named = types.split('>').filter((tag) => !/\sExtension="bin"/i.test(tag));
  if (types.includes('spreadsheetml.sheet.main+xml') && !/macroEnabled/i.test(named.join())) return;
  if (/ms-excel\.sheet\.macroEnabled/i.test(types))
    throw refusedType('xlsm', 'This workbook carries macros (.xlsm). Save it as .xlsx.');
  if (/ms-excel\.sheet\.binary/i.test(types))
    throw refusedType('xlsb', 'This is a binary workbook (.xlsb). Save it as .xlsx.');
  if (types.includes('wordprocessingml'))
    throw refusedType('docx', 'This is a Word document. Save the list as .xlsx.');
  if (types.includes('presentationml'))
    throw refusedType('pptx', 'This is a presentation. Save the list as .xlsx.');
  if (names.has('mimetype') && names.has('content.xml'))
    throw refusedType('ods', 'This is an OpenDocument file. Save it as .xlsx.');
  throw refusedType('zip', 'This is an archive, but no .xlsx workbook.');
}
