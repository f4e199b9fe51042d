import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';

/** How it misbehaves. `rate-limited` and `blocked` are for messages; what is asked is answered meanwhile. */
export type Mood =
  | { kind: 'well' }
  | { kind: 'refuse' }
  | { kind: 'black-hole' }
  | { kind: 'error-500' }
  | { kind: 'malformed' }
  | { kind: 'conflict' }
  | { kind: 'slow'; ms: number }
  | { kind: 'rate-limited'; retryAfter: number }
  | { kind: 'blocked'; chatId: number }
  | { kind: 'poison'; text: string }
  /** Gives each update twice, and all that there ever were to whoever starts anew. */
  | { kind: 'repeats' };

/** A message as it stands in a chat now, and what altered it. */
export interface Shown {
  id: number;
  chatId: number;
  text: string;
  buttons: { text: string; data: string }[][];
  at: number;
  file?: { name: string; bytes: number };
}

interface Call {
  method: string;
  payload: Payload;
  at: number;
}

export interface Person {
  id: number;
  name: string;
  /** A private chat has its person's number. */
  chatId?: number;
  chatType?: 'private' | 'group';
}

/** A Bot API of this process: what Telegram would keep, refuse and answer. */
export async function startFakeTelegram(initialToken = '4711:canary-of-a-token') {
  const state = {
    token: initialToken,
    mood: { kind: 'well' } as Mood,
    updateId: 800_000,
    messageId: 0,
    webhook: undefined as { url: string; secret: string } | undefined,
    commands: [] as unknown,
  };
  const messages: Shown[] = [];
  const calls: Call[] = [];
  const alerts: string[] = [];
  const updates: { update_id: number }[] = [];
  let confirmed = 0;
  const holes = new Set<ServerResponse>();
  let news = Promise.withResolvers<void>();
  let endPoll = () => {};

  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function receive(request: IncomingMessage, response: ServerResponse) {
    const [, token, method = ''] = /^\/bot([^/]*)\/(\w+)$/.exec(request.url ?? '') ?? [];
    const payload = await readPayload(request);
    calls.push({ method, payload, at: performance.now() });
    const { mood } = state;
    if (mood.kind === 'black-hole') return void holes.add(response);
    if (mood.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, mood.ms));
    if (mood.kind === 'malformed') return void response.end('<html>no JSON</html>');
    if (mood.kind === 'error-500') return answer(response, refuse(500, 'Internal Server Error'));
    if (token !== state.token) return answer(response, refuse(401, 'Unauthorized'));
    const act = acts[method];
    if (!act) return answer(response, refuse(404, 'Not Found'));
    answer(response, await act(payload, response));
  }

  const acts: Record<string, (payload: Payload, response: ServerResponse) => unknown> = {
    getMe: () => ({ id: 4711, is_bot: true, first_name: 'Portal', username: 'portal_test_bot' }),
    setMyCommands: ({ commands }) => {
      state.commands = commands;
      return true;
    },
    deleteWebhook: () => {
      state.webhook = undefined;
      return true;
    },
    setWebhook: ({ url = '', secret_token = '' }) => {
      state.webhook = { url, secret: secret_token };
      return true;
    },
    getUpdates: async ({ offset, timeout = 0 }, response) => {
      if (state.mood.kind === 'conflict')
        return refuse(409, 'Conflict: terminated by other getUpdates request');
      if (state.webhook)
        return refuse(409, 'Conflict: can’t use getUpdates while webhook is active');
      endPoll();
      const ended = Promise.withResolvers<'ended'>();
      endPoll = () => ended.resolve('ended');
      response.once('close', endPoll);
      const timer = setTimeout(endPoll, timeout * 1000);
      confirmed = Math.max(confirmed, offset ?? 0);
      const isForgetful = state.mood.kind === 'repeats' && offset === undefined;
      const given = () => updates.filter(({ update_id }) => isForgetful || update_id >= confirmed);
      while (given().length === 0) {
        if ((await Promise.race([news.promise, ended.promise])) === 'ended') break;
      }
      clearTimeout(timer);
      const once = given().slice(0, 100);
      return state.mood.kind === 'repeats' ? once.flatMap((one) => [one, one]) : once;
    },
    sendMessage: (payload) => {
      const refused = refusalOf(payload);
      if (refused) return refused;
      state.messageId += 1;
      messages.push({ ...shownOf(payload), id: state.messageId });
      return { message_id: state.messageId };
    },
    editMessageText: (payload) => {
      const refused = refusalOf(payload);
      if (refused) return refused;
      const index = messages.findIndex(({ id }) => id === Number(payload.message_id));
      const before = messages[index];
      if (!before) return refuse(400, 'Bad Request: message to edit not found');
      const after = { ...shownOf(payload), id: before.id };
      if (before.text === after.text && isSame(before.buttons, after.buttons))
        return refuse(400, 'Bad Request: message is not modified');
      messages[index] = after;
      return true;
    },
    sendDocument: (payload) => {
      const refused = refusalOf({ ...payload, text: 'a file' });
      if (refused) return refused;
      state.messageId += 1;
      messages.push({
        ...{ id: state.messageId, chatId: Number(payload.chat_id), text: '', buttons: [] },
        at: performance.now(),
        file: { name: payload.file_name ?? '', bytes: Number(payload.file_bytes) },
      });
      return { message_id: state.messageId };
    },
    answerCallbackQuery: ({ text }) => {
      if (text) alerts.push(text);
      return true;
    },
  };

  /** What the real one would not take. */
  function refusalOf({ chat_id, text = '', reply_markup }: Payload) {
    const { mood } = state;
    if (mood.kind === 'rate-limited')
      return refuse(429, `Too Many Requests: retry after ${mood.retryAfter}`, {
        retry_after: mood.retryAfter,
      });
    if (mood.kind === 'blocked' && Number(chat_id) === mood.chatId)
      return refuse(403, 'Forbidden: bot was blocked by the user');
    if (mood.kind === 'poison' && text.includes(mood.text))
      return refuse(400, 'Bad Request: can’t parse entities');
    if (text.trim() === '') return refuse(400, 'Bad Request: message text is empty');
    if (text.length > 4096) return refuse(400, 'Bad Request: message is too long');
    if (!isWellMade(text)) return refuse(400, 'Bad Request: can’t parse entities');
    const data = (reply_markup?.inline_keyboard ?? []).flat().map((one) => one.callback_data);
    if (data.some((one) => one === '' || Buffer.byteLength(one) > 64))
      return refuse(400, 'Bad Request: BUTTON_DATA_INVALID');
    return undefined;
  }

  const put = (update: object): number => {
    state.updateId += 1;
    updates.push({ update_id: state.updateId, ...update });
    news.resolve();
    news = Promise.withResolvers();
    return state.updateId;
  };
  const from = ({ id, name }: Person) => ({ id, is_bot: false, first_name: name });
  const chat = ({ id, chatId = id, chatType = 'private' }: Person) => ({
    id: chatId,
    type: chatType,
  });

  return {
    root: `http://127.0.0.1:${port}`,
    token: initialToken,
    messages,
    calls,
    alerts,
    get webhook() {
      return state.webhook;
    },
    get commands() {
      return state.commands;
    },
    /** As the maker of bots does when a token was seen by somebody. */
    changeToken: (token: string) => {
      state.token = token;
    },
    behave: async (mood: Mood) => {
      const before = state.mood;
      state.mood = mood;
      for (const hole of holes) hole.destroy();
      holes.clear();
      if (mood.kind === 'refuse') {
        NetServer.prototype.close.call(server);
        server.closeAllConnections();
      } else if (before.kind === 'refuse') {
        server.listen(port, '127.0.0.1');
        await once(server, 'listening');
      } else if (mood.kind === 'conflict') endPoll();
    },
    write: (person: Person, text: string) =>
      put({ message: { message_id: 1, chat: chat(person), from: from(person), text } }),
    tap: (person: Person, message: Shown, data: string) =>
      put({
        callback_query: {
          ...{ id: 'tap', from: from(person), data, chat_instance: '1' },
          message: { message_id: message.id, chat: chat(person) },
        },
      }),
    stop: async () => {
      for (const hole of holes) hole.destroy();
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type FakeTelegram = Awaited<ReturnType<typeof startFakeTelegram>>;

const Payload = z.looseObject({
  chat_id: z.union([z.string(), z.number()]).optional(),
  message_id: z.union([z.string(), z.number()]).optional(),
  text: z.string().optional(),
  url: z.string().optional(),
  secret_token: z.string().optional(),
  commands: z.unknown().optional(),
  offset: z.number().optional(),
  timeout: z.number().optional(),
  file_name: z.string().optional(),
  file_bytes: z.number().optional(),
  reply_markup: z
    .object({
      inline_keyboard: z.array(z.array(z.object({ text: z.string(), callback_data: z.string() }))),
    })
    .optional(),
});
type Payload = z.infer<typeof Payload>;

async function readPayload(request: IncomingMessage): Promise<Payload> {
  const body = await buffer(request);
  if (!/^multipart/.test(request.headers['content-type'] ?? ''))
    return Payload.parse(body.length === 0 ? {} : JSON.parse(body.toString()));
  const text = body.toString('latin1');
  const file = /filename="([^"]*)"\r\n\r\n([\s\S]*?)\r\n--/.exec(text);
  return Payload.parse({
    chat_id: /name="chat_id"\r\n\r\n(.*)\r\n/.exec(text)?.[1],
    file_name: file?.[1],
    file_bytes: file?.[2]?.length,
  });
}

interface Refusal {
  refused: { ok: false; error_code: number; description: string; parameters?: object };
}

function refuse(error_code: number, description: string, parameters?: object): Refusal {
  return { refused: { ok: false, error_code, description, ...(parameters && { parameters }) } };
}

function answer(response: ServerResponse, result: unknown): void {
  const refusal = result as Partial<Refusal> | undefined;
  const body = refusal?.refused ?? { ok: true, result };
  response.writeHead(refusal?.refused?.error_code ?? 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function shownOf({ chat_id, text = '', reply_markup }: Payload): Omit<Shown, 'id'> {
  return {
    ...{ chatId: Number(chat_id), text, at: performance.now() },
    buttons: (reply_markup?.inline_keyboard ?? []).map((row) =>
      row.map((button) => ({ text: button.text, data: button.callback_data })),
    ),
  };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Every mark known and closed in turn, and nothing that only looks like one. */
function isWellMade(html: string): boolean {
  const open: string[] = [];
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)(\w+)[^<>]*>/g)) {
    if (!['b', 'i', 'u', 's', 'a', 'code', 'pre', 'blockquote'].includes(name)) return false;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) return false;
  }
  const plain = html.replaceAll(/<(\/?)(\w+)[^<>]*>/g, '');
  return open.length === 0 && !/[<>]|&(?!(?:amp|lt|gt|quot|#\d+);)/.test(plain);
}
