import * as z from 'zod';
import type { Issue } from '#errors.ts';
import { optionalText } from '#primitives.ts';
import { setOf, TimeOfDay, testAnswer, Weekday } from './fields.ts';

/** Where an S3-compatible storage answers: no user, no path, nothing after it. */
const Endpoint = z
  .url({ protocol: /^https?$/ })
  .max(300)
  .refine(isBare, 'Only scheme, host and port: https://s3.example.net');

/** What becomes of snapshots: where they lie, when they are made, how long they stay, and where copies go. */
export const StorageSettings = z.object({
  /** An absolute path. Null: `snapshots` in the data folder. */
  folder: z
    .string()
    .trim()
    .max(500)
    .regex(/^(?:\/|[A-Za-z]:[\\/])[^\p{Cc}\p{Cs}]*$/u)
    .nullable()
    .default(null),

  scheduleEnabled: z.boolean().default(true),
  /** In the site's zone. */
  scheduleTime: TimeOfDay.default('03:00'),
  scheduleDays: setOf(Weekday, 7)
    .min(1)
    .default([...Weekday.options]),
  keepDaily: z.int().min(1).max(366).default(14),
  keepWeekly: z.int().min(0).max(520).default(8),
  keepMonthly: z.int().min(0).max(240).default(12),

  /** With age, to the secret `passphrase` or to the recipients. */
  encryption: z.enum(['off', 'passphrase', 'recipients']).default('off'),
  recipients: setOf(z.string().regex(/^age1[02-9ac-hj-np-z]{58}$/), 20).default([]),

  s3Enabled: z.boolean().default(false),
  /** Null: Amazon's own, of the region. */
  s3Endpoint: Endpoint.nullable().default(null),
  s3Region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .default('us-east-1'),
  s3Bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
    .nullable()
    .default(null),
  /** What names in the bucket begin with, as `portal/`. */
  s3Prefix: z
    .string()
    .regex(/^(?!\/)[A-Za-z0-9!_.*'()/-]*$/)
    .max(200)
    .default(''),
  s3AccessKeyId: optionalText(128).default(null),
  /** The bucket in the path instead of in the host's name: most servers but Amazon's want it. */
  s3PathStyle: z.boolean().default(true),
  allowPrivateAddresses: z.boolean().default(false),
});
export type StorageSettings = z.infer<typeof StorageSettings>;

export const storageSecrets = ['passphrase', 's3SecretAccessKey'] as const;

export const StorageTest = z.object({
  section: z.literal('storage'),
  ...testAnswer,
  folder: z.object({ path: z.string(), freeBytes: z.int(), tookMs: z.int() }),
  /** Null where no S3 storage is used. */
  s3: z.object({ address: z.string(), bucket: z.string(), tookMs: z.int() }).nullable(),
});
export type StorageTest = z.infer<typeof StorageTest>;

/** Encryption to nobody would be none, in silence. */
export function storageRefusal(
  values: Record<string, unknown>,
  isSet: (secret: string) => boolean,
): Issue | undefined {
  const { encryption, recipients } = StorageSettings.parse(values);
  if (encryption === 'passphrase' && !isSet('passphrase'))
    return { path: '/values/passphrase', code: 'custom', message: 'Give a passphrase.' };
  if (encryption === 'recipients' && recipients.length === 0)
    return { path: '/values/recipients', code: 'custom', message: 'Name a recipient.' };
  return undefined;
}

function isBare(url: string): boolean {
  const { username, password, pathname, search, hash } = new URL(url);
  return !username && !password && pathname === '/' && !search && !hash;
}
