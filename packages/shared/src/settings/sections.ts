import * as z from 'zod';
import type { Issue } from '#errors.ts';
import { Version } from '#primitives.ts';
import { CertificateSettings } from './certificate.ts';
import { DatabaseSettings, DatabaseStatus } from './database.ts';
import { GeneralSettings } from './general.ts';
import { MailSettings, mailSecrets } from './mail.ts';
import {
  NotificationSettings,
  notificationSecrets,
  notificationsRefusal,
} from './notifications.ts';
import { RemoteServerSettings, remoteServerSecrets } from './remote-server.ts';
import { StorageSettings, storageRefusal, storageSecrets } from './storage.ts';
import { TelegramSettings, telegramSecrets } from './telegram.ts';

/** A section of the settings: its fields with their defaults, and which further fields are secrets. */
export interface SectionContract {
  values: z.ZodObject;
  /** Kept encrypted, never sent back: read as whether it is set, and its last four characters. */
  secrets: readonly string[];
  /** Fields and secrets that decide where data or secrets go: altering one asks for the password again. */
  targets: readonly string[];
  /** Fields that mean nothing any more once another one is altered, unless they are given with it. */
  resets?: Readonly<Record<string, readonly string[]>>;
  /** Why these values cannot stand beside each other. */
  refusal?: (
    values: Record<string, unknown>,
    isSet: (secret: string) => boolean,
  ) => Issue | undefined;
}

export const sections = {
  general: { values: GeneralSettings, secrets: [], targets: [] },
  database: { values: DatabaseSettings, secrets: [], targets: [] },
  telegram: {
    values: TelegramSettings,
    secrets: telegramSecrets,
    targets: ['token', 'defaultChatId', 'allowedChatIds'],
  },
  'remote-server': {
    values: RemoteServerSettings,
    secrets: remoteServerSecrets,
    targets: [
      'host',
      'port',
      'user',
      'folder',
      'hostKey',
      'allowPrivateAddresses',
      ...remoteServerSecrets,
    ],
    resets: { hostKey: ['host', 'port'] },
  },
  certificate: {
    values: CertificateSettings,
    secrets: [],
    targets: ['domain', 'port', 'allowPrivateAddresses'],
  },
  mail: {
    values: MailSettings,
    secrets: mailSecrets,
    targets: ['host', 'port', 'security', 'user', 'from', 'allowPrivateAddresses', ...mailSecrets],
  },
  storage: {
    values: StorageSettings,
    secrets: storageSecrets,
    targets: [
      'folder',
      'encryption',
      'recipients',
      's3Endpoint',
      's3Region',
      's3Bucket',
      's3Prefix',
      's3AccessKeyId',
      's3PathStyle',
      'allowPrivateAddresses',
      ...storageSecrets,
    ],
    refusal: storageRefusal,
  },
  notifications: {
    values: NotificationSettings,
    secrets: notificationSecrets,
    targets: ['webhookUrl', 'allowPrivateAddresses', ...notificationSecrets],
    refusal: notificationsRefusal,
  },
} as const satisfies Record<string, SectionContract>;

export const Section = z.enum(Object.keys(sections) as [keyof typeof sections]);
export type Section = z.infer<typeof Section>;

/** What is told of a secret. */
export const SecretState = z.object({ set: z.boolean(), lastFour: z.string().nullable() });
export type SecretState = z.infer<typeof SecretState>;

const view = <Values extends z.ZodType>(values: Values) =>
  z.object({
    section: z.string(),
    version: Version,
    values,
    secrets: z.record(z.string(), SecretState),
    /** By field or secret that the environment sets: the variable. The panel cannot alter these. */
    environment: z.record(z.string(), z.string()),
  });

/** Any section, as the API tells it. */
export const SettingsSection = view(z.record(z.string(), z.unknown())).extend({
  /** Of `database` alone. */
  status: DatabaseStatus.optional(),
});
export type SettingsSection = z.infer<typeof SettingsSection>;

export const GeneralSection = view(GeneralSettings);
export type GeneralSection = z.infer<typeof GeneralSection>;
export const DatabaseSection = view(DatabaseSettings).extend({ status: DatabaseStatus });
export type DatabaseSection = z.infer<typeof DatabaseSection>;
export const TelegramSection = view(TelegramSettings);
export type TelegramSection = z.infer<typeof TelegramSection>;
export const RemoteServerSection = view(RemoteServerSettings);
export type RemoteServerSection = z.infer<typeof RemoteServerSection>;
export const CertificateSection = view(CertificateSettings);
export type CertificateSection = z.infer<typeof CertificateSection>;
export const MailSection = view(MailSettings);
export type MailSection = z.infer<typeof MailSection>;
export const StorageSection = view(StorageSettings);
export type StorageSection = z.infer<typeof StorageSection>;
export const NotificationsSection = view(NotificationSettings);
export type NotificationsSection = z.infer<typeof NotificationsSection>;

/** Only what is named is altered; unknown fields are refused. */
export const SettingsChange = z.strictObject({
  version: Version,
  values: z.record(z.string(), z.unknown()),
  /** One's own, again: where one of the section's `targets` is altered. */
  password: z.string().max(1000).optional(),
});
export type SettingsChange = z.infer<typeof SettingsChange>;

/** The mask in which a secret is shown; saved back, it keeps the secret as it is. */
export const MASK = '********';
