import * as z from 'zod';
import { NotificationEvent } from './notifications.ts';
import { Role } from './permissions.ts';
import { CalendarDate, Id, listOf, Timestamp, Version } from './primitives.ts';
import { StatusCounts, User } from './users.ts';

/** What the Telegram bot and the API say to each other, under `/internal/bot`. */

/** Asks to be the one bot that talks to Telegram, or to stay it. */
export const LeaseRequest = z.strictObject({ holder: z.uuid() });
export type LeaseRequest = z.infer<typeof LeaseRequest>;
export const Lease = z.object({ isHeld: z.boolean(), until: Timestamp });
export type Lease = z.infer<typeof Lease>;

/** What the bot works by. Read again and again, so that the settings hold without a restart. */
export const BotConfig = z.object({
  /** Null: Telegram is off, or there is no token. */
  token: z.string().nullable(),
  apiRoot: z.string(),
  siteName: z.string(),
  timeZone: z.string(),
  language: z.enum(['en']),
});
export type BotConfig = z.infer<typeof BotConfig>;

/** What is wrong, for the panel to say with its mend. */
export const BotCode = z.enum([
  /** Another program asks Telegram with this token, or a webhook is set. */
  'conflict',
  'token_refused',
  'blocked',
  'rate_limited',
  'unreachable',
  'answer_unknown',
]);
export type BotCode = z.infer<typeof BotCode>;

/** How the bot fares; counts since it started. */
export const BotReport = z.strictObject({
  holder: z.uuid(),
  lastSuccess: Timestamp.nullable(),
  lastError: z.string().max(500).nullable(),
  code: BotCode.nullable(),
  username: z.string().max(64).nullable(),
  updates: z.int().min(0),
  messages: z.int().min(0),
  errors: z.int().min(0),
  latencyMs: z.int().min(0).nullable(),
});
export type BotReport = z.infer<typeof BotReport>;

export const BotStatus = z.object({
  ok: z.boolean(),
  status: z.object({
    lastSuccess: Timestamp.nullable(),
    lastError: z.string().nullable(),
    code: BotCode.nullable(),
    updatedAt: Timestamp.nullable(),
  }),
});
export type BotStatus = z.infer<typeof BotStatus>;

/** What became of a message: `blocked` is the chat's word, `refused` Telegram's on this message, `failed` is worth another try. */
export const MessageOutcome = z.strictObject({
  id: z.int().positive(),
  outcome: z.enum(['sent', 'failed', 'refused', 'blocked']),
  retryAfterSeconds: z.int().min(1).max(86_400).optional(),
  said: z.string().max(500).optional(),
});
export type MessageOutcome = z.infer<typeof MessageOutcome>;

/** Tells what became of messages, and asks for the next: at most one of each chat. */
export const OutboxRequest = z.strictObject({
  holder: z.uuid(),
  outcomes: z.array(MessageOutcome).max(100),
  limit: z.int().min(0).max(30),
});
export type OutboxRequest = z.infer<typeof OutboxRequest>;

export const OutboxMessage = z.object({
  id: z.int().positive(),
  chatId: z.string(),
  /** Telegram's HTML, of any length. */
  html: z.string(),
  /** Null: the bot's own. Else of the bot that was here before: a notice to the target that was left. */
  token: z.string().nullable(),
  /** The name of a file to go with it: `/internal/bot/outbox/{id}/file`. */
  fileName: z.string().nullable(),
});
export type OutboxMessage = z.infer<typeof OutboxMessage>;
export const Outbox = z.object({ messages: z.array(OutboxMessage) });
export type Outbox = z.infer<typeof Outbox>;

/** By how much a tap extends. */
export const ExtensionMonths = z.literal([1, 2, 6]);

const page = z.int().min(1).max(100_000).default(1);

/** What somebody in a chat asks for. */
export const BotAct = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('home') }),
  z.strictObject({ kind: z.literal('link'), code: z.string().max(64) }),
  z.strictObject({ kind: z.literal('unlink') }),
  z.strictObject({ kind: z.literal('status') }),
  z.strictObject({ kind: z.literal('soon'), page }),
  z.strictObject({ kind: z.literal('expired'), page }),
  z.strictObject({ kind: z.literal('find'), text: z.string().max(200), page }),
  z.strictObject({ kind: z.literal('servers'), page }),
  z.strictObject({ kind: z.literal('server'), serverId: Id, page }),
  z.strictObject({ kind: z.literal('user'), userId: Id }),
  z.strictObject({ kind: z.literal('preview'), userId: Id, months: ExtensionMonths }),
  /** Refused with `stale_version` where the user is not as the preview showed. */
  z.strictObject({
    kind: z.literal('extend'),
    userId: Id,
    months: ExtensionMonths,
    version: Version,
  }),
  z.strictObject({ kind: z.literal('undo'), changeId: z.int().positive() }),
  z.strictObject({ kind: z.literal('report') }),
  z.strictObject({ kind: z.literal('notify') }),
  z.strictObject({ kind: z.literal('choose'), event: NotificationEvent, isOn: z.boolean() }),
  z.strictObject({ kind: z.literal('sign-in-alerts'), isOn: z.boolean() }),
]);
export type BotAct = z.infer<typeof BotAct>;

/** An act names its chat and its person; the API knows whose account that is. An update is worked through once. */
export const ActRequest = z.strictObject({
  updateId: z.int(),
  chatId: z.string().regex(/^-?\d{1,19}$/),
  telegramUserId: z.string().regex(/^\d{1,19}$/),
  name: z.string().max(120),
  act: BotAct,
});
export type ActRequest = z.infer<typeof ActRequest>;

/** A user as a chat shows it: with whether there is a term that the account may lengthen. */
export const BotUser = User.omit({ createdAt: true, updatedAt: true }).extend({
  canExtend: z.boolean(),
});
export type BotUser = z.infer<typeof BotUser>;

const BotServer = z.object({ id: Id, name: z.string(), counts: StatusCounts });
const pageOf = <Item extends z.ZodType>(item: Item) => ({
  items: z.array(item),
  total: z.int(),
  page: z.int(),
  pages: z.int(),
});

const Report = z.object({
  at: Timestamp,
  counts: StatusCounts,
  servers: z.int(),
  services: z.array(z.object({ service: z.string().nullable(), count: z.int() })),
  /** The first of each. */
  soon: z.array(BotUser),
  expired: z.array(BotUser),
  /** Null for who may not know, or where there is none. */
  snapshotAt: Timestamp.nullable(),
  certificateDays: z.int().nullable(),
});
export type Report = z.infer<typeof Report>;

/** Under the kind that was asked for. */
export const BotAnswer = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('home'),
    account: z.object({ username: z.string(), displayName: z.string(), role: Role }),
    counts: StatusCounts,
    servers: z.int(),
  }),
  z.object({ kind: z.literal('link'), username: z.string(), displayName: z.string() }),
  z.object({ kind: z.literal('unlink') }),
  z.object({
    kind: z.literal('status'),
    counts: StatusCounts,
    services: Report.shape.services,
    servers: z.int(),
  }),
  z.object({ kind: z.literal('soon'), ...pageOf(BotUser) }),
  z.object({ kind: z.literal('expired'), ...pageOf(BotUser) }),
  z.object({ kind: z.literal('find'), text: z.string(), ...pageOf(BotUser) }),
  z.object({ kind: z.literal('servers'), ...pageOf(BotServer) }),
  z.object({ kind: z.literal('server'), server: BotServer, ...pageOf(BotUser) }),
  z.object({ kind: z.literal('user'), user: BotUser }),
  z.object({
    kind: z.literal('preview'),
    user: BotUser,
    months: ExtensionMonths,
    until: CalendarDate,
  }),
  z.object({ kind: z.literal('extend'), user: BotUser, changeId: z.int().positive() }),
  z.object({ kind: z.literal('undo'), reversed: z.int(), user: BotUser.nullable() }),
  z.object({ kind: z.literal('report'), report: Report }),
  z.object({
    kind: z.literal('notify'),
    events: z.array(z.object({ event: NotificationEvent, isOn: z.boolean() })),
    signInAlerts: z.boolean(),
  }),
]);
export type BotAnswer = z.infer<typeof BotAnswer>;
export type AnswerOf<Kind extends BotAnswer['kind']> = Extract<BotAnswer, { kind: Kind }>;

/** A chat that acts for one's account. */
export const LinkedChat = z.object({
  id: Id,
  name: z.string(),
  signInAlerts: z.boolean(),
  isBlocked: z.boolean(),
  createdAt: Timestamp,
});
export type LinkedChat = z.infer<typeof LinkedChat>;
export const LinkedChats = z.object({
  items: z.array(LinkedChat),
  /** Null where the bot was never reached: there is nothing to link with. */
  botUsername: z.string().nullable(),
});
export type LinkedChats = z.infer<typeof LinkedChats>;

/** Of one account, for an admin. */
export const AccountChats = listOf(LinkedChat);
export type AccountChats = z.infer<typeof AccountChats>;

/** Opens one linking, for ten minutes; an earlier one is worth nothing any more. */
export const LinkCode = z.object({
  code: z.string(),
  /** `https://t.me/…?start=…`, to be opened or shown as a QR code. */
  url: z.string().nullable(),
  expiresAt: Timestamp,
});
export type LinkCode = z.infer<typeof LinkCode>;

export const SignInAlerts = z.strictObject({ signInAlerts: z.boolean() });
export type SignInAlerts = z.infer<typeof SignInAlerts>;
