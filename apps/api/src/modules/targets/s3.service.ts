import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { StorageSettings } from '@cmp/shared/settings/storage';
import { findAddress, guardedLookup } from '#lib/outbound.ts';
import { TargetError } from '#lib/target-error.ts';
import type { RemoteFile, Through } from './sftp.service.ts';

export interface S3Secrets {
  s3SecretAccessKey?: string | undefined;
}

/** Puts a file into the bucket, in parts where it is large: it is there when it is whole. */
export function copyByS3(
  settings: StorageSettings,
  secrets: S3Secrets,
  path: string,
  name: string,
  through: Through,
): Promise<void> {
  return withS3(settings, secrets, through, async ({ client, bucket, keyOf }) => {
    const upload = new Upload({
      client,
      params: { Bucket: bucket, Key: keyOf(name), Body: createReadStream(path) },
    });
    const abort = () => void upload.abort();
    through.signal.addEventListener('abort', abort);
    try {
      await upload.done();
    } finally {
      through.signal.removeEventListener('abort', abort);
    }
  });
}

/** What lies under the prefix, by names without it. */
export function listByS3(
  settings: StorageSettings,
  secrets: S3Secrets,
  through: Through,
): Promise<RemoteFile[]> {
  return withS3(settings, secrets, through, async ({ client, bucket }) => {
    const prefix = settings.s3Prefix;
    const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix });
    const files: RemoteFile[] = [];
    for await (const { Contents = [] } of pages)
      for (const { Key = '', Size = 0 } of Contents)
        files.push({ name: Key.slice(prefix.length), bytes: Size });
    return files;
  });
}

/** Removes one; where none is, that is no failure. */
export function removeByS3(
  settings: StorageSettings,
  secrets: S3Secrets,
  name: string,
  through: Through,
): Promise<void> {
  return withS3(settings, secrets, through, async ({ client, bucket, keyOf }) => {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(name) }), {
      abortSignal: through.signal,
    });
  });
}

/** Puts a small object, reads it back and removes it. */
export function tryS3(
  settings: StorageSettings,
  secrets: S3Secrets,
  through: Through,
): Promise<{ address: string; bucket: string }> {
  return withS3(settings, secrets, through, async ({ client, bucket, keyOf, address }) => {
    const at = { Bucket: bucket, Key: keyOf(`.cmp-test-${randomBytes(6).toString('hex')}`) };
    const sent = randomBytes(1024);
    const options = { abortSignal: through.signal };
    await client.send(new PutObjectCommand({ ...at, Body: sent }), options);
    try {
      const { Body } = await client.send(new GetObjectCommand(at), options);
      const back = await Body?.transformToByteArray();
      if (!back || !sent.equals(back))
        throw new TargetError('read_back_differs', 'What was written came back otherwise.');
    } finally {
      await client.send(new DeleteObjectCommand(at), options);
    }
    return { address, bucket };
  });
}

interface Session {
  client: S3Client;
  bucket: string;
  keyOf: (name: string) => string;
  address: string;
}

async function withS3<Result>(
  settings: StorageSettings,
  { s3SecretAccessKey }: S3Secrets,
  { signal, resolve }: Through,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { s3Endpoint, s3Region, s3Bucket, s3AccessKeyId, s3PathStyle, s3Prefix } = settings;
  if (!s3Bucket || !s3AccessKeyId || !s3SecretAccessKey)
    throw new TargetError('sign_in_refused', 'There is no bucket, no access key or no secret key.');

  const allowPrivate = settings.allowPrivateAddresses;
  const reach = { allowPrivate, signal, ...(resolve && { resolve }) };
  const url = new URL(s3Endpoint ?? `https://s3.${s3Region}.amazonaws.com`);
  // A connection to a bare address asks no resolver, so it is judged here.
  const literal = isIP(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  const address = literal ? await findAddress(url.hostname, reach) : url.hostname;
  const lookup = guardedLookup(reach);
  const client = new S3Client({
    region: s3Region,
    endpoint: url.href,
    forcePathStyle: s3PathStyle,
    credentials: { accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey },
    maxAttempts: 1,
    // Storage other than Amazon's does not know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      httpAgent: new HttpAgent({ lookup }),
      httpsAgent: new HttpsAgent({ lookup }),
    },
  });
  try {
    return await work({ client, bucket: s3Bucket, keyOf: (name) => s3Prefix + name, address });
  } catch (error) {
    throw asS3Error(error, address);
  } finally {
    client.destroy();
  }
}

function asS3Error(error: unknown, address: string): unknown {
  if (!(error instanceof S3ServiceException)) return error;
  const status = error.$metadata.httpStatusCode ?? 0;
  const told = { cause: error, said: `${error.name}: ${error.message}`, address };
  if (error.name === 'NoSuchBucket')
    return new TargetError('bucket_missing', 'The bucket is not there.', told);
  if (
    ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'AuthorizationHeaderMalformed'].includes(
      error.name,
    )
  )
    return new TargetError('sign_in_refused', 'The keys are not right, or the region.', told);
  if (status >= 300 && status < 400)
    return new TargetError('redirected', 'It answers elsewhere: see endpoint and region.', told);
  if (status === 401 || status === 403)
    return new TargetError('not_allowed', 'These keys may not do this in the bucket.', told);
  if (status === 507) return new TargetError('storage_full', 'There is no room left.', told);
  return new TargetError('answer_unknown', 'This is not what an S3 storage answers.', told);
}
