import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { AppError } from '#lib/errors.ts';
import { isStorageFull } from '#lib/storage-full.ts';
import { newToken } from '#lib/tokens.ts';
import { consume } from './rate-limits.ts';

/** A file that came with a request. It is removed with the end of the request, unless it was moved away. */
export interface Upload {
  path: string;
  fileName: string;
  sha256: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    upload: Upload | undefined;
  }
}

interface Options {
  folder: string;
  /** How large a file may be, and what to do about a larger one. */
  limit: { bytes: number; sentence: string };
  /** For a route that also takes JSON: what the text fields beside a file say in its place. */
  bodyOf?: (fields: Record<string, string>) => object;
}

/**
 * For the routes that take a file, as `file` of multipart/form-data: the only body that is not JSON. It is written
 * to the folder as it comes, and its digest is the body by which a repeated command is known.
 */
export default fp<Options>(async (app, { folder, limit, bodyOf }) => {
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: { fileSize: limit.bytes, files: 1, fields: 10, parts: 11, headerPairs: 20 },
  });
  const perAccount = new RateLimiterMemory({ keyPrefix: 'upload', points: 30, duration: 60 });

  app.decorateRequest('upload', undefined);
  app.addHook('preValidation', async (request) => {
    await consume(perAccount, String(request.actor.accountId), request);
    if (bodyOf && !request.isMultipart()) return;
    await mkdir(folder, { recursive: true });
    const { fields, fileName, sha256 } = await receive(request, { folder, limit });
    request.body = bodyOf ? bodyOf(fields) : { fileName, sha256 };
  });
  app.addHook('onResponse', (request) => discard(request.upload));
  app.addHook('onRequestAbort', (request) => discard(request.upload));
});

async function receive(
  request: FastifyRequest,
  place: Pick<Options, 'folder' | 'limit'>,
): Promise<Upload & { fields: Record<string, string> }> {
  if (!request.isMultipart())
    throw new AppError('unsupported_media_type', 'Send the file as multipart/form-data.');
  const fields: Record<string, string> = {};
  for await (const part of request.parts()) {
    if (part.type === 'file') await keep(request, part, place);
    else if (typeof part.value === 'string') fields[part.fieldname] = part.value;
  }
  if (!request.upload) throw noFile();
  return { ...request.upload, fields };
}

async function keep(
  request: FastifyRequest,
  part: MultipartFile,
  { folder, limit }: Pick<Options, 'folder' | 'limit'>,
): Promise<void> {
  if (part.fieldname !== 'file' || request.upload) throw noFile();
  const upload = {
    path: join(folder, `upload-${newToken()}`),
    fileName: part.filename,
    sha256: '',
  };
  request.upload = upload;
  const digest = createHash('sha256');
  const hashed = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      digest.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(part.file, hashed, createWriteStream(upload.path));
  } catch (error) {
    await discard(upload);
    throw isStorageFull(error)
      ? new AppError('storage_full', 'There is no room for the file.')
      : error;
  }
  if (part.file.truncated)
    throw new AppError('file_too_large', limit.sentence, { limit: 'bytes', most: limit.bytes });
  upload.sha256 = digest.digest('hex');
}

function noFile(): AppError {
  return new AppError('invalid_request', 'Send one file, in the field “file”.');
}

async function discard(upload: Upload | undefined): Promise<void> {
  if (upload) await rm(upload.path, { force: true });
}
