import { type Entry, fromBuffer } from 'yauzl';

/** A stretch of a snapshot's file, up to its `end`. */
export interface Region {
  name: string;
  start: number;
  end: number;
}

/** Each part's head and rows, the manifest's, the directory, the end, and the comment. */
export async function regionsOf(file: Buffer): Promise<Region[]> {
  const entries = await entriesOf(file);
  const end = file.lastIndexOf('PK\x05\x06');
  const directory = file.readUInt32LE(end + 16);
  const parts = entries.flatMap(({ fileName, ...entry }, index): Region[] => {
    const { relativeOffsetOfLocalHeader: at, compressedSize } = entry;
    const rows = at + 30 + file.readUInt16LE(at + 26) + file.readUInt16LE(at + 28);
    const next = entries[index + 1]?.relativeOffsetOfLocalHeader ?? directory;
    return [
      { name: `${fileName}, head`, start: at, end: rows },
      { name: `${fileName}, rows`, start: rows, end: rows + compressedSize },
      { name: `${fileName}, sums`, start: rows + compressedSize, end: next },
    ];
  });
  const comment = end + 22;
  return [
    ...parts,
    { name: 'the directory', start: directory, end },
    { name: 'the end', start: end, end: comment },
    { name: 'the label', start: comment, end: comment + 24 },
    { name: 'the key', start: comment + 24, end: comment + 68 },
    { name: 'the signature', start: comment + 68, end: file.length },
  ].filter((region) => region.end > region.start);
}

/** What age puts around a snapshot: its lines, and chunks of 64 KB. */
export function sealedRegionsOf(file: Buffer): Region[] {
  const stanza = file.indexOf('-> ');
  const code = file.indexOf('\n--- ') + 1;
  const nonce = file.indexOf('\n', code) + 1;
  const first = nonce + 16;
  const chunks: Region[] = [];
  for (let start = first; start < file.length; start += chunkLength)
    chunks.push({
      ...{ name: `chunk ${chunks.length + 1}`, start },
      end: Math.min(file.length, start + chunkLength),
    });
  return [
    { name: 'the line of age', start: 0, end: stanza },
    { name: 'the stanza', start: stanza, end: code },
    { name: 'the code of the head', start: code, end: nonce },
    { name: 'the nonce', start: nonce, end: first },
    ...chunks,
  ];
}

const chunkLength = 65_536 + 16;

function entriesOf(file: Buffer): Promise<Entry[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Entry[]>();
  fromBuffer(file, {}, (error, zip) => {
    if (!zip) return reject(error);
    const entries: Entry[] = [];
    zip.on('entry', (entry) => entries.push(entry));
    zip.on('end', () => resolve(entries));
    zip.on('error', reject);
  });
  return promise;
}
