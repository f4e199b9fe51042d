import { randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** A picture of one colour, as a camera or a drawing program would save it. */
export function picture(
  kind: 'png' | 'jpeg' | 'webp' | 'gif',
  { width = 300, height = 200, colour = '#076077' } = {},
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .toFormat(kind)
    .toBuffer();
}

/** A PNG of a few kilobytes that claims, truthfully, so many pixels. */
export function flood(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // One bit each, without colour.
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height), { level: 9 });
  return Buffer.concat([
    Buffer.from('89504E470D0A1A0A', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

/** An animation of so many pictures: the first is red, the others are not. */
export async function animation(frames: number): Promise<Buffer> {
  const side = 16;
  const one = (colour: number[]) => Buffer.concat(Array(side * side).fill(Buffer.from(colour)));
  const red = one([255, 0, 0]);
  const raw = Buffer.concat([
    red,
    // No two alike in a row, or the encoder would make one of them.
    ...Array.from({ length: frames - 1 }, (_, index) => one(index % 2 ? [0, 255, 0] : [0, 0, 255])),
  ]);
  return sharp(raw, {
    raw: { width: side, height: side * frames, channels: 3, pageHeight: side },
    limitInputPixels: false,
  })
    .gif({ loop: 0 })
    .toBuffer();
}

/** A photograph that says where it was taken, lying on its side. */
export function photograph(): Promise<Buffer> {
  return sharp({ create: { width: 400, height: 200, channels: 3, background: '#c57423' } })
    .withExif({
      IFD0: { Copyright: 'canary-exif' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '16/1 48/1 0/1' },
    })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
}

/** Noise, which no encoder makes smaller: a file as large as it can be. */
export function noise(side: number): Promise<Buffer> {
  const raw = randomBytes(side * side * 3);
  return sharp(raw, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}
