import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { changeSection } from '@cmp/api/src/modules/settings/settings.service.ts';
import { test as base, keys, system } from '@cmp/api/src/test/fixtures.ts';
import { sections } from '@cmp/shared/settings/sections';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { runBot } from '#bot.ts';
import type { Webhook } from '#config.ts';
import { type Person, startFakeTelegram } from './fake-telegram.ts';

/** The clock of the API and the bot: words about days are the same whenever the tests run. */
export const clock = new Date('2026-03-04T09:00:00Z');

interface BotWish {
  url?: string;
  webhook?: Webhook;
}

/** The real API on a port, a Telegram of ours beside it, and the bot between them. */
export const test = base
  .extend('telegram', async ({}, { onCleanup }) => {
    const telegram = await startFakeTelegram();
    onCleanup(telegram.stop);
    return telegram;
  })
  .extend('portal', async ({ startInstance, telegram, db }) => {
    const app = await startInstance({ now: () => clock, telegramApiRoot: telegram.root });
    await app.listen({ host: '127.0.0.1', port: 0 });
    await changeSection(db, system, keys.settings, 'telegram', sections.telegram, {
      ...{ version: 1, values: { enabled: true, token: telegram.token } },
    });
    const { port } = app.server.address() as AddressInfo;
    return { app, url: `http://127.0.0.1:${port}` };
  })
  .extend('logs', async () => [] as string[])
  .extend('startBot', async ({ portal, logs }, { onCleanup }) => {
    const stops: (() => Promise<void>)[] = [];
    onCleanup(async () => {
      for (const stop of stops) await stop();
    });
    return ({ url = portal.url, webhook }: BotWish = {}) => {
      const stopping = new AbortController();
      const stream = new Writable({
        write: (chunk, _, done) => {
          logs.push(String(chunk));
          done();
        },
      });
      const running = runBot(
        {
          config: {
            api: { url, serviceToken: keys.botToken },
            webhook,
            log: { level: 'debug' },
            serviceManager: undefined,
          },
          log: pino({ level: 'debug' }, stream),
          rereadMs: 200,
          now: () => clock,
        },
        stopping.signal,
      );
      const stop = async () => {
        stopping.abort();
        await running;
      };
      stops.push(stop);
      return { stop };
    };
  });

/** An admin whose chat is linked already, and is told of what admins are told of. */
export async function linkedAdmin(
  make: (role: 'admin') => Promise<{
    post: (url: string) => Promise<{ json: <Body>() => Body }>;
  }>,
  { app }: { app: FastifyInstance },
  one: Person,
): Promise<void> {
  const admin = await make('admin');
  const { code } = (await admin.post('/telegram/link-code')).json<{ code: string }>();
  const linked = await app.inject({
    ...{ method: 'POST', url: '/internal/bot/act' },
    headers: { authorization: `Bearer ${keys.botToken}` },
    payload: {
      updateId: one.id,
      ...{ chatId: String(one.id), telegramUserId: String(one.id), name: one.name },
      act: { kind: 'link', code },
    },
  });
  if (linked.statusCode !== 200) throw new Error(linked.body);
}

/** A person nobody else is. */
export function person(name: string) {
  return { id: 10_000_000 + Number.parseInt(randomUUID().slice(0, 6), 16), name };
}
