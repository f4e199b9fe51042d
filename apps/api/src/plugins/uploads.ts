import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { AppError } from '#lib/errors.ts';
import { newToken } from '#lib/tokens.ts';
import { consume } from './rate-limits.ts';

/** A file that came with a request. It is removed with the end of the request, unless it was moved away. */
export interface Upload {
  path: string;
  fileName: string;
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
}

/**
 * For the routes that take a file, as `file` of multipart/form-data: the only body that is not JSON. It is written
 * to the folder as it comes, and its digest is the body by which a repeated command is known.
 */
export default fp<Options>(async (app, { folder, limit }) => {
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: { fileSize: limit.bytes, files: 1, fields: 5, parts: 6, headerPairs: 20 },
  });
  const perAccount = new RateLimiterMemory({ points: 30, duration: 60 });

  app.decorateRequest('upload', undefined);
  app.addHook('preValidation', async (request) => {
    await consume(perAccount, String(request.actor.accountId), request);
    await mkdir(folder, { recursive: true });
    const upload = await receive(request, { folder, limit });
    request.body = upload;
  });
  app.addHook('onResponse', (request) => discard(request.upload));
  app.addHook('onRequestAbort', (request) => discard(request.upload));
});

async function receive(
  request: FastifyRequest,
  { folder, limit }: Options,
): Promise<{ fileName: string; sha256: string }> {
  if (!request.isMultipart())
    throw new AppError('unsupported_media_type', 'Send the file as multipart/form-data.');
  const part = await request.file();
  if (part?.fieldname !== 'file')
    throw new AppError('invalid_request', 'Send one file, in the field “file”.');

  const upload = { path: join(folder, `upload-${newToken()}`), fileName: part.filename };
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
    throw isFull(error) ? new AppError('storage_full', 'There is no room for the file.') : error;
  }
  if (part.file.truncated)
    throw new AppError('file_too_large', limit.sentence, { limit: 'bytes', most: limit.bytes });
  return { fileName: upload.fileName, sha256: digest.digest('hex') };
}

async function discard(upload: Upload | undefined): Promise<void> {
  if (upload) await rm(upload.path, { force: true });
}

function isFull(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT'].includes(String(error.code))
  );
}
