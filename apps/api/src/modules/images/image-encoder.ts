import type { ImageRefusal } from '@cmp/shared/images';
import { Piscina } from 'piscina';
import { AppError } from '#lib/errors.ts';

/**
 * A file is decoded beside the main thread, one at a time: libvips shares the process's threads with the hashing of
 * passwords, and a decoded picture takes up to 64 MB.
 */
const pool = new Piscina<EncodingQuestion, Encoding>({
  filename: new URL('./image-encoder.worker.ts', import.meta.url).href,
  minThreads: 0,
  maxThreads: 1,
  idleTimeout: 10_000,
  maxQueue: 20,
  resourceLimits: { maxOldGenerationSizeMb: 64 },
});

const waitMs = 30_000;

/** What a picture is sent for; each has its size and its form. */
export type Wish = 'logo' | 'favicon' | 'avatar';

export interface EncodingQuestion {
  path: string;
  wish: Wish;
}

export interface EncodedImage {
  mediaType: 'image/webp' | 'image/png';
  bytes: Uint8Array;
}

/** The pictures made of a file, or why none was. */
export type Encoding =
  | { images: EncodedImage[] }
  | { refused: Exclude<ImageRefusal, 'bytes'>; told: string };

/** Decodes a file that somebody sent and encodes it anew, in the sizes of its wish. */
export async function encodeImage(question: EncodingQuestion): Promise<EncodedImage[]> {
  const encoding = await run(question);
  if ('images' in encoding) return encoding.images;

  const { refused: reason, told } = encoding;
  const isOfNoKind = reason === 'svg' || reason === 'ico' || reason === 'kind';
  throw new AppError(isOfNoKind ? 'file_type_refused' : 'image_refused', told, { reason });
}

async function run(question: EncodingQuestion): Promise<Encoding> {
  if (pool.queueSize >= pool.options.maxQueue) throw busy();
  try {
    return await pool.run(question, { signal: AbortSignal.timeout(waitMs) });
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw busy();
    throw error;
  }
}

function busy(): AppError {
  return new AppError('busy', 'Other pictures are being read. Try again in a moment.', undefined, {
    retryAfter: 10,
  });
}
