import type { BotCode } from '@cmp/shared/bot';
import { Telegram as Client, TelegramError } from 'telegraf';
import type { Telegram as ApiMethods, Opts } from 'telegraf/types';
import * as z from 'zod';
import { Update } from './updates.ts';

/** A call that hangs is given up after this. */
const ANSWER_MS = 15_000;
const UPLOAD_MS = 120_000;

/** Telegram's side of the bot: no call throws, and nothing that it gives out holds the token. */
export interface Telegram {
  getMe(): Promise<Answer<Me>>;
  /** Waits so long for news where there is none yet. */
  getUpdates(
    offset: number | undefined,
    waitSeconds: number,
    signal: AbortSignal,
  ): Promise<Answer<Updates>>;
  sendMessage(chatId: string, message: Message): Promise<Answer<unknown>>;
  editMessage(chatId: string, messageId: number, message: Message): Promise<Answer<unknown>>;
  sendDocument(chatId: string, file: Buffer, fileName: string): Promise<Answer<unknown>>;
  /** Ends the waiting sign on a button, with a word where there is one. */
  answerTap(tapId: string, alert?: string): Promise<Answer<unknown>>;
  setCommands(
    commands: readonly { command: string; description: string }[],
  ): Promise<Answer<unknown>>;
  setWebhook(url: string, secret: string): Promise<Answer<unknown>>;
  deleteWebhook(): Promise<Answer<unknown>>;
}

export type Answer<Result> = { ok: true; result: Result } | { ok: false; failure: Failure };

/** `refused`: not this message, or not in this chat, whatever is tried. */
export interface Failure {
  code: BotCode | 'refused';
  said: string;
  retryAfterSeconds?: number;
}

export interface Message {
  html: string;
  buttons?: readonly (readonly Button[])[];
}

export interface Button {
  text: string;
  data: string;
}

const Me = z.object({ id: z.int(), username: z.string() });
type Me = z.infer<typeof Me>;

/** What cannot be read of an update is passed over, but never asked for again. */
const Updates = z.array(z.looseObject({ update_id: z.int() })).transform((items) => ({
  next: items.reduce<number | undefined>(
    (next, { update_id }) => Math.max(next ?? 0, update_id + 1),
    undefined,
  ),
  updates: items.flatMap((item) => Update.safeParse(item).data ?? []),
}));
type Updates = z.infer<typeof Updates>;

const allowedUpdates = ['message', 'callback_query'] as const;

/** The bot of this token. */
export function openTelegram(token: string, apiRoot: string): Telegram {
  const client = new Client(token, { apiRoot: `${apiRoot}/` });
  const ask = async <Schema extends z.ZodType, Method extends keyof ApiMethods>(
    schema: Schema,
    method: Method,
    payload: Opts<Method>,
    { timeoutMs = ANSWER_MS, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<Answer<z.infer<Schema>>> => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const until = signal ? AbortSignal.any([signal, timeout]) : timeout;
    try {
      // @ts-expect-error It hands the signal to fetch, but has the type of a stand-in from before Node knew any.
      const parsed = schema.safeParse(await client.callApi(method, payload, { signal: until }));
      if (parsed.success) return { ok: true, result: parsed.data };
      return { ok: false, failure: { code: 'answer_unknown', said: 'Its shape is unknown.' } };
    } catch (error) {
      return { ok: false, failure: withoutToken(failureOf(error), token) };
    }
  };
  const tell = <Method extends keyof ApiMethods>(method: Method, payload: Opts<Method>) =>
    ask(z.unknown(), method, payload);

  return {
    getMe: () => ask(Me, 'getMe', {}),
    getUpdates: (offset, waitSeconds, signal) =>
      ask(
        Updates,
        'getUpdates',
        {
          timeout: waitSeconds,
          allowed_updates: allowedUpdates,
          ...(offset !== undefined && { offset }),
        },
        { timeoutMs: waitSeconds * 1000 + ANSWER_MS, signal },
      ),
    sendMessage: (chatId, message) => tell('sendMessage', { chat_id: chatId, ...asSent(message) }),
    editMessage: (chatId, messageId, message) =>
      tell('editMessageText', { chat_id: chatId, message_id: messageId, ...asSent(message) }),
    sendDocument: (chatId, file, fileName) =>
      ask(
        z.unknown(),
        'sendDocument',
        { chat_id: chatId, document: { source: file, filename: fileName } },
        { timeoutMs: UPLOAD_MS },
      ),
    answerTap: (tapId, alert) =>
      tell('answerCallbackQuery', {
        callback_query_id: tapId,
        ...(alert && { text: alert, show_alert: true }),
      }),
    setCommands: (list) => tell('setMyCommands', { commands: list }),
    setWebhook: (url, secret) =>
      tell('setWebhook', { url, secret_token: secret, allowed_updates: allowedUpdates }),
    deleteWebhook: () => tell('deleteWebhook', {}),
  };
}

function asSent({ html, buttons = [] }: Message) {
  return {
    text: html,
    parse_mode: 'HTML' as const,
    link_preview_options: { is_disabled: true },
    reply_markup: {
      inline_keyboard: buttons.map((row) =>
        row.map(({ text, data }) => ({ text, callback_data: data })),
      ),
    },
  };
}

const codes: Record<number, Failure['code']> = {
  400: 'refused',
  401: 'token_refused',
  403: 'blocked',
  // What it says to a token that has not even the form of one.
  404: 'token_refused',
  409: 'conflict',
  413: 'refused',
  429: 'rate_limited',
};

function failureOf(error: unknown): Failure {
  if (error instanceof TelegramError) {
    const { error_code: status, description, parameters } = error.response;
    const said = description || `HTTP ${status}`;
    if (typeof status === 'number' && status >= 500) return { code: 'unreachable', said };
    const retryAfterSeconds = parameters?.retry_after;
    return {
      code: codes[status] ?? 'answer_unknown',
      said,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    };
  }
  const { message, type } = FetchError.parse(error);
  return { code: type === 'invalid-json' ? 'answer_unknown' : 'unreachable', said: message };
}

const FetchError = z.object({
  message: z.string().catch('No answer.'),
  type: z.string().optional().catch(undefined),
});

/** It stands in the address of every call, and errors like to say where they happened. */
function withoutToken(failure: Failure, token: string): Failure {
  const said = failure.said
    .replaceAll(token, '…')
    .replaceAll(encodeURIComponent(token), '…')
    .replaceAll(/\/bot[^/\s]+/g, '/bot…');
  return { ...failure, said: said.slice(0, 500) };
}
