import * as z from 'zod';
import type { Issue } from '#errors.ts';
import { NotificationChoices, NotificationEvent } from '#notifications.ts';
import { setOf, TimeOfDay, testAnswer } from './fields.ts';

/** What accounts hear of unless they chose otherwise, and the site's webhook. */
export const NotificationSettings = z.object({
  defaults: NotificationChoices.default({}),
  /** Times of the site's day between which phones stay silent, of those who chose none. */
  quietFrom: TimeOfDay.nullable().default(null),
  quietUntil: TimeOfDay.nullable().default(null),

  webhookEnabled: z.boolean().default(false),
  webhookUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .refine(hasNoUser, 'No user and no password in the address.')
    .nullable()
    .default(null),
  webhookEvents: setOf(NotificationEvent, NotificationEvent.options.length).default([]),
  allowPrivateAddresses: z.boolean().default(false),
});
export type NotificationSettings = z.infer<typeof NotificationSettings>;

/** Signs what is sent, so that the receiver knows it is ours. */
export const notificationSecrets = ['webhookSecret'] as const;

/** The receiver took a `ping`. */
export const NotificationsTest = z.object({
  section: z.literal('notifications'),
  ...testAnswer,
  /** Of its answer. */
  status: z.int(),
});
export type NotificationsTest = z.infer<typeof NotificationsTest>;

/** Silence that begins and never ends would be one for ever, and what nobody signed anybody could have sent. */
export function notificationsRefusal(
  values: Record<string, unknown>,
  isSet: (secret: string) => boolean,
): Issue | undefined {
  const { quietFrom, quietUntil, webhookEnabled, webhookUrl } = NotificationSettings.parse(values);
  if ((quietFrom === null) !== (quietUntil === null))
    return { path: '/values/quietUntil', code: 'custom', message: 'Both times, or neither.' };
  if (webhookEnabled && webhookUrl === null)
    return { path: '/values/webhookUrl', code: 'custom', message: 'Give an address.' };
  if (webhookEnabled && !isSet('webhookSecret'))
    return { path: '/values/webhookSecret', code: 'custom', message: 'Give a secret.' };
  return undefined;
}

function hasNoUser(url: string): boolean {
  const { username, password } = new URL(url);
  return !username && !password;
}
