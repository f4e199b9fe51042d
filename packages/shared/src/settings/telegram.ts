import * as z from 'zod';
import { setOf, TimeOfDay, testAnswer, Weekday } from './fields.ts';

/** A chat's number, as Telegram gives it; a group's is negative. */
export const ChatId = z.string().regex(/^-?[1-9]\d{0,18}$/);

/** What the bot tells of. */
export const TelegramEvent = z.enum([
  'users_soon',
  'users_expired',
  'users_changed',
  'users_imported',
  'servers_changed',
  'accounts_changed',
  'settings_changed',
  'sign_in_locked',
  'snapshot_made',
  'snapshot_failed',
  'snapshot_restored',
  'certificate_ending',
]);
export type TelegramEvent = z.infer<typeof TelegramEvent>;

export const TelegramSettings = z.object({
  enabled: z.boolean().default(false),
  /** Where messages go that are for nobody in particular. */
  defaultChatId: ChatId.nullable().default(null),
  /** Chats that the bot answers in; any other is ignored. */
  allowedChatIds: setOf(ChatId, 100).default([]),
  events: setOf(TelegramEvent, TelegramEvent.options.length).default([]),
  report: z.enum(['off', 'daily', 'weekly']).default('off'),
  reportTime: TimeOfDay.default('09:00'),
  /** Of a weekly report. */
  reportDay: Weekday.default('monday'),
});
export type TelegramSettings = z.infer<typeof TelegramSettings>;

export const telegramSecrets = ['token'] as const;

export const TelegramTest = z.object({
  section: z.literal('telegram'),
  ...testAnswer,
  botId: z.int(),
  botName: z.string(),
  botUsername: z.string(),
});
export type TelegramTest = z.infer<typeof TelegramTest>;
