import { randomUUID } from 'node:crypto';
import type { BotConfig } from '@cmp/shared/bot';
import type { Logger } from 'pino';
import { type Api, openApi } from './api.ts';
import type { Config } from './config.ts';
import { type Conversation, converse } from './conversation/conversation.ts';
import { commands } from './conversation/requests.ts';
import { siteOf } from './conversation/site.ts';
import { backoff, wait } from './delays.ts';
import { type Health, openHealth } from './health.ts';
import { whileHolding } from './lease.ts';
import { words } from './locales/words.ts';
import { pumpOutbox } from './outbox/pump.ts';
import { openPace } from './telegram/pace.ts';
import { poll } from './telegram/polling.ts';
import { type Answer, openTelegram, type Telegram } from './telegram/telegram.ts';
import type { Update } from './telegram/updates.ts';
import { listen, webhookSecret } from './telegram/webhook.ts';

export interface Bot {
  config: Config;
  log: Logger;
  /** How often the settings are read again. */
  rereadMs?: number;
  now?: () => Date;
}

/** The bot: a client of the API that talks to Telegram while it is the one to do so, until the signal ends it. */
export async function runBot(bot: Bot, signal: AbortSignal): Promise<void> {
  const api = openApi(bot.config.api, randomUUID());
  await whileHolding(
    api,
    bot.log,
    async (held) => {
      const health = openHealth(api, bot.log);
      const telling = health.tell(held);
      await workBySettings(bot, api, health, held);
      await telling;
    },
    signal,
  );
}

const REREAD_MS = 15_000;

/** One session after the other: another token is another bot. */
async function workBySettings(
  bot: Bot,
  api: Api,
  health: Health,
  signal: AbortSignal,
): Promise<void> {
  let config: BotConfig | undefined;
  while (!signal.aborted) {
    config = (await read(bot, api)) ?? config;
    if (!config?.token) {
      await wait(bot.rereadMs ?? REREAD_MS, signal);
      continue;
    }
    const live = { config, token: config.token };
    const moved = new AbortController();
    const until = AbortSignal.any([signal, moved.signal]);
    await Promise.all([
      talk(bot, api, health, live, until),
      follow(bot, api, live, until).then(() => moved.abort()),
    ]);
    config = live.config;
  }
}

interface Live {
  config: BotConfig;
  token: string;
}

/** Takes over what the settings say, until they name another bot or none. */
async function follow(bot: Bot, api: Api, live: Live, signal: AbortSignal): Promise<void> {
  while (await wait(bot.rereadMs ?? REREAD_MS, signal)) {
    const config = await read(bot, api);
    if (!config) continue;
    const isSame = config.token === live.token && config.apiRoot === live.config.apiRoot;
    live.config = config;
    if (!isSame) return bot.log.info('the settings name another bot, or none');
  }
}

async function read({ log }: Bot, api: Api): Promise<BotConfig | undefined> {
  try {
    return await api.getConfig();
  } catch (error) {
    log.warn({ reason: String(error) }, 'the settings could not be read; those before hold');
    return undefined;
  }
}

async function talk(
  { config: { api: place, webhook }, log, now = () => new Date() }: Bot,
  api: Api,
  health: Health,
  live: Live,
  signal: AbortSignal,
): Promise<void> {
  const { apiRoot } = live.config;
  const telegram = openTelegram(live.token, apiRoot);
  if (!(await introduce(telegram, health, live, signal))) return;
  const pace = openPace();
  const conversation: Conversation = {
    ...{ api, telegram, pace, health, log },
    site: () => siteOf(live.config, now()),
  };
  const workThrough = (update: Update) => converse(conversation, update, signal);
  await Promise.all([
    webhook
      ? receiveCalls(workThrough)
      : untilDone(health, signal, () => telegram.deleteWebhook()).then(() =>
          poll({ telegram, health }, workThrough, signal),
        ),
    pumpOutbox(
      { api, telegram, openOther: (token) => openTelegram(token, apiRoot), pace, health, log },
      signal,
    ),
  ]);

  async function receiveCalls(work: typeof workThrough) {
    if (!webhook) return;
    const secret = webhookSecret(place.serviceToken, live.token);
    const listening = listen({ port: webhook.port, secret, health }, work, signal);
    await untilDone(health, signal, () => telegram.setWebhook(webhook.url, secret));
    await listening;
  }
}

/** Learns who the bot is, and says what it can do. Until the token is good there is nothing else to do. */
async function introduce(
  telegram: Telegram,
  health: Health,
  { config }: Live,
  signal: AbortSignal,
): Promise<boolean> {
  const me = await untilDone(health, signal, () => telegram.getMe());
  if (!me) return false;
  health.isMe(me.username);
  const said = words[config.language].commands;
  await health.note(
    'receiving',
    telegram.setCommands(commands.map((command) => ({ command, description: said[command] }))),
    signal,
  );
  return !signal.aborted;
}

async function untilDone<Result>(
  health: Health,
  signal: AbortSignal,
  ask: () => Promise<Answer<Result>>,
): Promise<Result | undefined> {
  const nextDelayMs = backoff();
  while (!signal.aborted) {
    const answer = await health.note('receiving', ask(), signal);
    if (answer.ok) return answer.result;
    await wait(nextDelayMs(answer.failure), signal);
  }
  return undefined;
}
