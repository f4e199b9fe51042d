import * as z from 'zod';
import { optionalText, Version } from '#primitives.ts';
import { Host, Port, testAnswer } from './fields.ts';

/** A host key's SHA-256, as OpenSSH shows it. */
export const HostKey = z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/);

/** Where copies of snapshots are put by SFTP. */
export const RemoteServerSettings = z.object({
  enabled: z.boolean().default(false),
  host: Host.nullable().default(null),
  port: Port.default(22),
  user: optionalText(64).default(null),
  /** Seen from where the user is put at sign-in; it must be there already. */
  folder: z
    .string()
    .trim()
    .regex(/^[^\p{Cc}\p{Cs}]+$/u)
    .max(500)
    .default('.'),
  /** Pinned by the first good test of what is saved. Another one is refused until it is saved here. */
  hostKey: HostKey.nullable().default(null),
  allowPrivateAddresses: z.boolean().default(false),
});
export type RemoteServerSettings = z.infer<typeof RemoteServerSettings>;

export const remoteServerSecrets = ['password', 'privateKey', 'passphrase'] as const;

export const RemoteServerTest = z.object({
  section: z.literal('remote-server'),
  ...testAnswer,
  address: z.string(),
  /** The key that the server showed. */
  hostKey: HostKey,
  /** Whether this very test pinned it; one of unsaved values pins nothing, so save the key with them. */
  hasPinned: z.boolean(),
  /** Of the section, after the pin. */
  version: Version,
});
export type RemoteServerTest = z.infer<typeof RemoteServerTest>;
