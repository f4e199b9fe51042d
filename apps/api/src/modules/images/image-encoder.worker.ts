import { readFile } from 'node:fs/promises';
import { imageLimits } from '@cmp/shared/images';
import sharp, { type Sharp } from 'sharp';
import type { EncodedImage, Encoding, EncodingQuestion, Wish } from './image-encoder.ts';

// Whatever a file makes libvips believe it is, it can be read as one of these alone.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadNsgifBuffer',
  ],
});
sharp.cache(false);
sharp.concurrency(1);

const deadlineSeconds = 10;

/** Makes of a file what its wish says: its first picture, upright, without whatever else the file said. */
export default async function encode({ path, wish }: EncodingQuestion): Promise<Encoding> {
  const file = await readFile(path);
  const strange = strangenessOf(file);
  if (strange) return strange;

  const decoded = sharp(file, {
    limitInputPixels: imageLimits.pixels,
    failOn: 'error',
    pages: 1,
    sequentialRead: true,
  }).timeout({ seconds: deadlineSeconds });
  try {
    return { images: await encodings[wish](decoded.autoOrient()) };
  } catch (error) {
    return refusalIn(error);
  }
}

const clear = { r: 0, g: 0, b: 0, alpha: 0 };

const encodings = {
  logo: async (picture) => [
    await webp(
      picture.resize({ width: 512, height: 128, fit: 'inside', withoutEnlargement: true }),
      { lossless: true },
    ),
  ],
  favicon: async (picture) => [await icon(picture.clone(), 64), await icon(picture.clone(), 180)],
  avatar: async (picture) => [
    await webp(picture.resize({ width: 256, height: 256, fit: 'cover' }), { quality: 88 }),
  ],
} as const satisfies Record<Wish, (picture: Sharp) => Promise<EncodedImage[]>>;

async function webp(
  picture: Sharp,
  quality: { lossless: true } | { quality: number },
): Promise<EncodedImage> {
  return { mediaType: 'image/webp', bytes: await picture.webp(quality).toBuffer() };
}

async function icon(picture: Sharp, size: number): Promise<EncodedImage> {
  const square = picture.resize({ width: size, height: size, fit: 'contain', background: clear });
  return { mediaType: 'image/png', bytes: await square.png().toBuffer() };
}

/** By a file's first bytes, whatever it is called: why it is none of the four kinds. */
function strangenessOf(file: Buffer): Encoding | undefined {
  if (file.length === 0) return { refused: 'empty', told: 'The file is empty: it has 0 bytes.' };

  const start = file.subarray(0, 12).toString('latin1');
  if (taken.some((sign) => start.startsWith(sign)) || isWebp(start)) return undefined;
  if (start.startsWith('\0\0\x01\0') || start.startsWith('\0\0\x02\0'))
    return { refused: 'ico', told: 'This is an icon (.ico). Save it as PNG, then send that.' };
  if (/<svg[\s>]/i.test(file.subarray(0, 4096).toString('latin1')))
    return { refused: 'svg', told: 'This is an SVG drawing. Save it as PNG, then send that.' };
  return { refused: 'kind', told: 'This is no PNG, JPEG, WebP or GIF picture.' };
}

/** Bytes as latin1 text: PNG, JPEG, and the two GIFs. */
const taken = ['\x89PNG\r\n\x1A\n', '\xFF\xD8\xFF', 'GIF87a', 'GIF89a'];

function isWebp(start: string): boolean {
  return start.startsWith('RIFF') && start.endsWith('WEBP');
}

function refusalIn(error: unknown): Encoding {
  const told = error instanceof Error ? error.message : '';
  if (/pixel limit/.test(told))
    return {
      refused: 'pixels',
      told: 'The picture has more than 16 million pixels. Make it smaller.',
    };
  if (/^timeout/.test(told))
    return {
      refused: 'slow',
      told: 'The picture takes too long to read. Save it anew, and smaller.',
    };
  return {
    refused: 'damaged',
    told: 'The picture is damaged or cut off. Save it again, then send it.',
  };
}
