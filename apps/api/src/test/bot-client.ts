import type { BotAct } from '@cmp/shared/bot';
import { sections } from '@cmp/shared/settings/sections';
import type { FastifyInstance } from 'fastify';
import type { Db } from '#database/client.ts';
import { changeSection } from '#modules/settings/settings.service.ts';
import { client, keys, system } from './fixtures.ts';

/** What opens the bot's door. */
export const bearer = { authorization: `Bearer ${keys.botToken}` };

/** What the bot sends: its token, and nothing of a browser's. */
export function bot(app: FastifyInstance) {
  const post = (url: string, body: object) =>
    client(app).post(`/internal/bot/${url}`, body, bearer);
  return {
    get: (url: string) => client(app).get(`/internal/bot/${url}`, bearer),
    post,
    /** What somebody in a chat asks for, as a new update. */
    act: (act: BotAct | object, from: Partial<typeof somebody> = {}, updateId = nextUpdate()) =>
      post('act', { ...somebody, ...from, updateId, act }),
  };
}

export const somebody = { chatId: '5550001', telegramUserId: '5550001', name: 'Somebody' };

let updatesMade = 1_000;

function nextUpdate(): number {
  updatesMade += 1;
  return updatesMade;
}

/** Turns Telegram on, with a token that nobody knows. */
export function turnOn(db: Db, values: object = {}, version = 1) {
  return changeSection(db, system, keys.settings, 'telegram', sections.telegram, {
    version,
    values: { enabled: true, token: '12345:a-token-of-nobody', ...values },
  });
}

/** A report of a bot that fares well at this moment. */
export const well = () => ({
  lastSuccess: new Date().toISOString(),
  lastError: null,
  code: null,
  username: 'portal_bot',
  updates: 3,
  messages: 4,
  errors: 0,
  latencyMs: 120,
});
