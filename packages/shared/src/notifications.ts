import * as z from 'zod';
import { digits, Id, listOf, Timestamp, Version } from './primitives.ts';
import { TimeOfDay } from './settings/fields.ts';

/** What the portal tells of, by every way it has. */
export const NotificationEvent = z.enum([
  'sign_in',
  'new_device',
  'chat_linked',
  'users_soon',
  'users_expired',
  'users_extended',
  'users_imported',
  'users_bulk',
  'change_undone',
  'snapshot_made',
  'snapshot_failed',
  'snapshot_unverified',
  'snapshot_restored',
  'certificate_ending',
  'job_dead',
  'settings_changed',
  'target_moved',
  'webhook_off',
  'report',
]);
export type NotificationEvent = z.infer<typeof NotificationEvent>;

/** The ways. */
export const Channel = z.enum(['panel', 'telegram', 'mail', 'webhook']);
export type Channel = z.infer<typeof Channel>;

/** The ways to a person; a webhook is the site's. */
export const PersonalChannel = Channel.exclude(['webhook']);
export type PersonalChannel = z.infer<typeof PersonalChannel>;

/**
 * Whom an event is told: admins always, besides whom it is about (`self`), or whoever sees a server that it touched
 * (`servers`). `site` goes to the site's own chat and webhook alone.
 */
export const audiences = {
  sign_in: 'admins',
  new_device: 'self',
  chat_linked: 'self',
  users_soon: 'servers',
  users_expired: 'servers',
  users_extended: 'servers',
  users_imported: 'servers',
  users_bulk: 'servers',
  change_undone: 'servers',
  snapshot_made: 'admins',
  snapshot_failed: 'admins',
  snapshot_unverified: 'admins',
  snapshot_restored: 'admins',
  certificate_ending: 'admins',
  job_dead: 'self',
  settings_changed: 'admins',
  target_moved: 'admins',
  webhook_off: 'admins',
  report: 'site',
} as const satisfies Record<NotificationEvent, 'admins' | 'self' | 'servers' | 'site'>;

/** Told at any hour: waiting for the morning could cost what they warn of. */
export const urgent: readonly NotificationEvent[] = [
  'new_device',
  'chat_linked',
  'snapshot_failed',
  'snapshot_unverified',
  'target_moved',
];

/** By event, by way: whether. What is not named is left to whoever is asked next: the site, then `shippedChoices`. */
export const NotificationChoices = z.partialRecord(
  NotificationEvent,
  z.partialRecord(PersonalChannel, z.boolean()),
);
export type NotificationChoices = z.infer<typeof NotificationChoices>;

const on = { panel: true, telegram: true, mail: false };
const loud = { panel: true, telegram: true, mail: true };
const quiet = { panel: true, telegram: false, mail: false };
const off = { panel: false, telegram: false, mail: false };

export const shippedChoices = {
  sign_in: { panel: false, telegram: true, mail: false },
  new_device: loud,
  chat_linked: loud,
  users_soon: on,
  users_expired: on,
  users_extended: off,
  users_imported: quiet,
  users_bulk: quiet,
  change_undone: quiet,
  snapshot_made: off,
  snapshot_failed: loud,
  snapshot_unverified: loud,
  snapshot_restored: loud,
  certificate_ending: loud,
  job_dead: on,
  settings_changed: quiet,
  target_moved: loud,
  webhook_off: loud,
  report: off,
} as const satisfies Record<NotificationEvent, Record<PersonalChannel, boolean>>;

/** A server that an event touched, how many of its users, and the first names of them. */
export const TouchedServer = z.object({
  id: Id,
  name: z.string(),
  users: z.int(),
  names: z.array(z.string()),
});
export type TouchedServer = z.infer<typeof TouchedServer>;

const happened = {
  event: NotificationEvent,
  at: Timestamp,
  changeId: z.int().positive().nullable(),
  /** Who did it; null where nobody did. */
  actorName: z.string().nullable(),
  /** Besides, by event: where from and on what, which file, which section, how many days are left. */
  facts: z.record(z.string(), z.unknown()),
  /** Of them, those that the reader sees. */
  servers: z.array(TouchedServer),
};

/** One piece of news, as the panel shows it to one account. */
export const Notification = z.object({
  id: z.int().positive(),
  ...happened,
  readAt: Timestamp.nullable(),
});
export type Notification = z.infer<typeof Notification>;

/** Newest first. */
export const NotificationList = listOf(Notification).extend({ unread: z.int() });
export type NotificationList = z.infer<typeof NotificationList>;

export const NotificationQuery = z.strictObject({
  unread: z.enum(['1']).optional(),
  before: digits.pipe(z.int().positive()).optional(),
  limit: digits.pipe(z.int().min(1).max(100)).default(30),
});
export type NotificationQuery = z.infer<typeof NotificationQuery>;

/** Marks all there are as read, up to this one. */
export const NotificationsRead = z.strictObject({ upTo: z.int().positive() });
export type NotificationsRead = z.infer<typeof NotificationsRead>;
export const Unread = z.object({ unread: z.int() });
export type Unread = z.infer<typeof Unread>;

/** What an account hears of, and when its phone stays silent. */
export const NotificationPreferences = z.object({
  version: Version,
  choices: NotificationChoices,
  quietFrom: TimeOfDay.nullable(),
  quietUntil: TimeOfDay.nullable(),
  /** What holds where nothing was chosen. */
  defaults: NotificationChoices,
  /** The ways that lead anywhere now: a chat is linked, mail is set and the account has an address. */
  open: z.array(PersonalChannel),
});
export type NotificationPreferences = z.infer<typeof NotificationPreferences>;

export const PreferencesChange = z
  .strictObject({
    version: Version,
    choices: NotificationChoices,
    quietFrom: TimeOfDay.nullable(),
    quietUntil: TimeOfDay.nullable(),
  })
  .refine(
    ({ quietFrom, quietUntil }) => (quietFrom === null) === (quietUntil === null),
    'Both times, or neither.',
  );
export type PreferencesChange = z.infer<typeof PreferencesChange>;

export const DeliveryState = z.enum(['waiting', 'sent', 'parked', 'dropped']);
export type DeliveryState = z.infer<typeof DeliveryState>;

/** What came of telling somebody. */
export const Delivery = z.object({
  id: z.int().positive(),
  event: NotificationEvent,
  at: Timestamp,
  channel: Channel,
  /** The account, the chat or the host it goes to. */
  to: z.string(),
  state: DeliveryState,
  attempts: z.int(),
  /** The next try, of one that waits. */
  nextAt: Timestamp.nullable(),
  sentAt: Timestamp.nullable(),
  failure: z.string().nullable(),
});
export type Delivery = z.infer<typeof Delivery>;
/** Newest first; its `total` is of what the answer holds. */
export const DeliveryList = listOf(Delivery);
export type DeliveryList = z.infer<typeof DeliveryList>;

export const DeliveryQuery = z.strictObject({
  channel: Channel.optional(),
  state: DeliveryState.optional(),
  before: digits.pipe(z.int().positive()).optional(),
  limit: digits.pipe(z.int().min(1).max(100)).default(50),
});
export type DeliveryQuery = z.infer<typeof DeliveryQuery>;

export const ByDelivery = z.strictObject({ id: digits.pipe(z.int().positive()) });

/** The body of a webhook. `id` is the same when it is sent again. */
export const WebhookBody = z.object({ id: z.string(), site: z.string(), ...happened });
export type WebhookBody = z.infer<typeof WebhookBody>;

/** What the settings' Test button posts. */
export const WebhookPing = WebhookBody.extend({ event: z.literal('ping') });
export type WebhookPing = z.infer<typeof WebhookPing>;
