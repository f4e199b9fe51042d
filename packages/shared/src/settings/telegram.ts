import * as z from 'zod';
import { NotificationEvent } from '#notifications.ts';
import { setOf, TimeOfDay, testAnswer, Weekday } from './fields.ts';

/** A chat's number, as Telegram gives it; a group's is negative. */
export const ChatId = z.string().regex(/^-?[1-9]\d{0,18}$/);

export const TelegramSettings = z.object({
  enabled: z.boolean().default(false),
  /** Where messages go that are for nobody in particular. */
  defaultChatId: ChatId.nullable().default(null),
  /** Where any are named, the bot answers in them and the default chat alone. */
  allowedChatIds: setOf(ChatId, 100).default([]),
  /** What the default chat is told of. */
  events: setOf(NotificationEvent, NotificationEvent.options.length).default([]),
  report: z.enum(['off', 'daily', 'weekly']).default('off'),
  reportTime: TimeOfDay.default('09:00'),
  /** Of a weekly report. */
  reportDay: Weekday.default('monday'),
  /** Whether the newest snapshot goes with the report: only one that is encrypted. */
  reportSnapshot: z.boolean().default(false),
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
