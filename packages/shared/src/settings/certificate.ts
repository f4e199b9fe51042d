import * as z from 'zod';
import { Timestamp } from '#primitives.ts';
import { Host, Port, testAnswer } from './fields.ts';

export const CertificateSettings = z.object({
  /** Whose certificate is watched. */
  domain: Host.nullable().default(null),
  port: Port.default(443),
  warnDays: z.int().min(1).max(365).default(30),
  criticalDays: z.int().min(0).max(365).default(10),
  allowPrivateAddresses: z.boolean().default(false),
});
export type CertificateSettings = z.infer<typeof CertificateSettings>;

export const CertificateLevel = z.enum(['fine', 'warn', 'critical']);
export type CertificateLevel = z.infer<typeof CertificateLevel>;

/** One certificate of the chain, the server's own first. */
export const ChainLink = z.object({
  subject: z.string(),
  issuer: z.string(),
  validFrom: Timestamp,
  validTo: Timestamp,
  /** SHA-256, in hexadecimal digits. */
  fingerprint: z.string(),
});
export type ChainLink = z.infer<typeof ChainLink>;

/** What the domain's server shows now. Nothing of it is kept: it is asked for when it is looked at. */
export const CertificateTest = z.object({
  section: z.literal('certificate'),
  ...testAnswer,
  address: z.string(),
  subject: z.string(),
  issuer: z.string(),
  /** The names that it is for. */
  names: z.array(z.string()),
  validFrom: Timestamp,
  validTo: Timestamp,
  daysLeft: z.int(),
  level: CertificateLevel,
  /** Whether browsers believe it for this domain; else `distrust` says why not. */
  isTrusted: z.boolean(),
  distrust: z.string().nullable(),
  protocol: z.string(),
  chain: z.array(ChainLink),
});
export type CertificateTest = z.infer<typeof CertificateTest>;

/** How urgent a certificate is that lasts so many more days. */
export function certificateLevel(
  daysLeft: number,
  { warnDays, criticalDays }: Pick<CertificateSettings, 'warnDays' | 'criticalDays'>,
): CertificateLevel {
  if (daysLeft <= criticalDays) return 'critical';
  return daysLeft <= warnDays ? 'warn' : 'fine';
}
