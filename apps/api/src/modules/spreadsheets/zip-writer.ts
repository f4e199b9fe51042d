import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';

export interface ZipEntry {
  name: string;
  content: Iterable<string> | AsyncIterable<string>;
}

/** The bytes of a zip archive, one entry after another; none is ever held whole. */
export async function* zip(entries: Iterable<ZipEntry>): AsyncGenerator<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;

  for (const { name, content } of entries) {
    const head = localHeader(name);
    const size = { crc: 0, packed: 0, unpacked: 0 };
    yield head;
    for await (const chunk of deflate(content, size)) {
      size.packed += chunk.length;
      yield chunk;
    }
    const tail = descriptor(size);
    yield tail;
    directory.push(centralHeader(name, size, offset));
    offset += head.length + size.packed + tail.length;
  }

  const central = Buffer.concat(directory);
  yield central;
  yield endOfDirectory(directory.length, central.length, offset);
}

interface Size {
  crc: number;
  packed: number;
  unpacked: number;
}

async function* deflate(content: ZipEntry['content'], size: Size): AsyncGenerator<Buffer> {
  async function* counted() {
    for await (const text of content) {
      const bytes = Buffer.from(text);
      size.crc = crc32(bytes, size.crc);
      size.unpacked += bytes.length;
      yield bytes;
    }
  }
  const packed = new PassThrough();
  // Level 3: a tenth larger than the default, in half the time.
  const packing = pipeline(Readable.from(counted()), createDeflateRaw({ level: 3 }), packed);
  packing.catch((error) => packed.destroy(error));
  yield* packed;
  await packing;
}

/** Names are UTF-8; sizes follow the content, because nobody knows them before. */
const flags = 0x0808;
const method = 8;
/** 1 January 1980, so that the same content gives the same bytes. */
const day = 0x21;

function localHeader(name: string): Buffer {
  const bytes = Buffer.from(name);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt16LE(day, 12);
  header.writeUInt16LE(bytes.length, 26);
  return Buffer.concat([header, bytes]);
}

function descriptor({ crc, packed, unpacked }: Size): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt32LE(0x08074b50, 0);
  record.writeUInt32LE(crc, 4);
  record.writeUInt32LE(packed, 8);
  record.writeUInt32LE(unpacked, 12);
  return record;
}

function centralHeader(name: string, { crc, packed, unpacked }: Size, offset: number): Buffer {
  const bytes = Buffer.from(name);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt16LE(day, 14);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(packed, 20);
  header.writeUInt32LE(unpacked, 24);
  header.writeUInt16LE(bytes.length, 28);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, bytes]);
}

function endOfDirectory(count: number, length: number, offset: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(length, 12);
  record.writeUInt32LE(offset, 16);
  return record;
}
