import * as z from 'zod';
import { CertificateTest } from './certificate.ts';
import { DatabaseTest } from './database.ts';
import { MailTest } from './mail.ts';
import { NotificationsTest } from './notifications.ts';
import { RemoteServerTest } from './remote-server.ts';
import { StorageTest } from './storage.ts';
import { TelegramTest } from './telegram.ts';

/**
 * Try a section: as it is saved, or with `values` laid over it, where a secret's mask keeps the saved secret.
 * Values that lead elsewhere than what is saved ask for the password: they would get the secrets.
 */
export const TestRequest = z.strictObject({
  values: z.record(z.string(), z.unknown()).default({}),
  password: z.string().max(1000).optional(),
});
export type TestRequest = z.infer<typeof TestRequest>;

/** The answer of a good test. `general` has none. */
export const TestAnswer = z.discriminatedUnion('section', [
  DatabaseTest,
  TelegramTest,
  RemoteServerTest,
  CertificateTest,
  MailTest,
  StorageTest,
  NotificationsTest,
]);
export type TestAnswer = z.infer<typeof TestAnswer>;

/** What is to be mended. */
export const TargetReason = z.enum([
  'name_unknown',
  'address_private',
  'address_forbidden',
  'connection_refused',
  'connection_lost',
  'timed_out',
  'tls_failed',
  'certificate_refused',
  'encryption_missing',
  'sign_in_refused',
  'key_unreadable',
  'host_key_unknown',
  'host_key_changed',
  'folder_missing',
  'bucket_missing',
  'not_allowed',
  'storage_full',
  'read_back_differs',
  'redirected',
  'answer_unknown',
]);
export type TargetReason = z.infer<typeof TargetReason>;

/**
 * The `details` of `target_failed` and `target_refused`. `said` is the other side's own sentence, without our
 * secrets; `hostKey` is what a server with another key than the pinned one showed, to be saved if it is right.
 */
export const TargetFailure = z.object({
  reason: TargetReason,
  tookMs: z.int(),
  said: z.string().nullable(),
  address: z.string().nullable(),
  hostKey: z.string().nullable(),
});
export type TargetFailure = z.infer<typeof TargetFailure>;

/** Shows one secret. The name may be left out where the section has but one. */
export const RevealRequest = z.strictObject({
  name: z.string().max(60).optional(),
  password: z.string().min(1).max(1000),
});
export type RevealRequest = z.infer<typeof RevealRequest>;

export const Revealed = z.object({ name: z.string(), secret: z.string() });
export type Revealed = z.infer<typeof Revealed>;
