import * as z from 'zod';
import { optionalText } from '#primitives.ts';
import { Host, Port, testAnswer } from './fields.ts';

export const MailSettings = z.object({
  enabled: z.boolean().default(false),
  host: Host.nullable().default(null),
  port: Port.default(587),
  /** `tls` from the first byte (465), `starttls` or nothing (587), or in clear (25): for a server of this machine. */
  security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
  user: optionalText(254).default(null),
  /** The sender's address. */
  from: z.email().max(254).nullable().default(null),
  allowPrivateAddresses: z.boolean().default(false),
});
export type MailSettings = z.infer<typeof MailSettings>;

export const mailSecrets = ['password'] as const;

export const MailTest = z.object({
  section: z.literal('mail'),
  ...testAnswer,
  address: z.string(),
  isEncrypted: z.boolean(),
  hasSignedIn: z.boolean(),
});
export type MailTest = z.infer<typeof MailTest>;
