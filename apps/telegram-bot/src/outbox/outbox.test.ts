import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tell } from '@cmp/api/src/modules/notifications/events.service.ts';
import { changeSection } from '@cmp/api/src/modules/settings/settings.service.ts';
import { insertSnapshot } from '@cmp/api/src/modules/snapshots/snapshots.repository.ts';
import { keys, snapshotsDir, system } from '@cmp/api/src/test/fixtures.ts';
import { sections } from '@cmp/shared/settings/sections';
import { sql } from 'kysely';
import { describe, expect, vi } from 'vitest';
import type { Mood, Shown } from '#test/fake-telegram.ts';
import { test as base, linkedAdmin, person } from '#test/fixtures.ts';

const soon = { timeout: 40_000, interval: 50 };

/** Three admins in chats of their own, and news for each of them. */
const test = base
  .extend('people', async ({ api, owner, portal }) => {
    const people = ['Ann', 'Ben', 'Cid'].map(person);
    for (const one of people)
      await linkedAdmin((role) => api.as(role, [], portal.app), portal, one);
    // Of the links themselves there is news, too.
    await sql`delete from deliveries`.execute(owner);
    return people;
  })
  .extend('news', async ({ db, owner, telegram }) => ({
    tell: async (...names: string[]) => {
      for (const actorName of names) await tell(db, { event: 'sign_in', actorName });
    },
    /** What is in line comes up now, as it would after a while. */
    hurry: () => sql`update deliveries set next_at = now() where state = 'waiting'`.execute(owner),
    states: async () =>
      (
        await db
          .selectFrom('deliveries')
          .select('state')
          .where('channel', '=', 'telegram')
          .execute()
      )
        .map(({ state }) => state)
        .toSorted(),
    /** Whose sign-in a chat was told of, in order. */
    heard: (chatId: number) => telegram.messages.filter((one) => one.chatId === chatId).map(nameIn),
  }));

const nameIn = ({ text }: Shown) => /<b>(\S+) signed in/.exec(text)?.[1];

describe('news', () => {
  test('come to each chat in their order, and at most one a second', async ({
    news,
    people,
    startBot,
    telegram,
  }) => {
    await news.tell('first', 'second', 'third', 'fourth');

    startBot();
    await vi.waitUntil(() => telegram.messages.length >= 12, soon);

    for (const { id } of people) {
      expect(news.heard(id)).toEqual(['first', 'second', 'third', 'fourth']);
      const times = telegram.messages.filter((one) => one.chatId === id).map(({ at }) => at);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
    }
    await vi.waitUntil(async () => (await news.states()).every((state) => state === 'sent'), soon);
  });

  const moods: [string, Mood, string][] = [
    ['refuses every connection', { kind: 'refuse' }, 'unreachable'],
    ['answers 500', { kind: 'error-500' }, 'unreachable'],
    ['answers what is no JSON', { kind: 'malformed' }, 'answer_unknown'],
    ['takes every request and never answers', { kind: 'black-hole' }, 'unreachable'],
  ];
  for (const [how, mood, code] of moods) {
    test(`wait while Telegram ${how}, then come once and in order`, { timeout: 120_000 }, async ({
      db,
      logs,
      news,
      owner,
      people,
      startBot,
      telegram,
    }) => {
      startBot();
      await vi.waitUntil(() => telegram.calls.some(({ method }) => method === 'getUpdates'), soon);
      const status = () =>
        db.selectFrom('botState').select(['code', 'lastError']).executeTakeFirstOrThrow();

      await telegram.behave(mood);
      await news.tell('first', 'second', 'third');
      await vi.waitUntil(async () => (await status()).code === code, soon);
      const { lastError } = await status();
      await vi.waitUntil(async () => (await failures()).length >= people.length, soon);
      // As if it had lasted an hour.
      await sql`update deliveries set created_at = created_at - interval '1 hour'`.execute(owner);
      await telegram.behave({ kind: 'well' });
      await news.hurry();
      await vi.waitUntil(async () => (await news.states()).every((one) => one === 'sent'), soon);

      for (const { id } of people) expect(news.heard(id)).toEqual(['first', 'second', 'third']);
      await vi.waitUntil(async () => (await status()).code === null, soon);
      for (const told of [logs.join(''), lastError, ...(await failures())]) {
        expect(told).not.toContain('canary');
        expect(told).not.toContain(telegram.token.split(':')[0]);
      }

      async function failures() {
        const rows = await db.selectFrom('deliveries').select('failure').execute();
        return rows.flatMap(({ failure }) => failure ?? []);
      }
    });
  }

  test('come also from a Telegram that takes its time', async ({
    news,
    people,
    startBot,
    telegram,
  }) => {
    await telegram.behave({ kind: 'slow', ms: 700 });
    await news.tell('first', 'second');

    startBot();
    await vi.waitUntil(() => telegram.messages.length >= 6, soon);

    for (const { id } of people) expect(news.heard(id)).toEqual(['first', 'second']);
  });

  test('pause for as long as Telegram asks, in every chat', async ({
    news,
    people,
    startBot,
    telegram,
  }) => {
    await telegram.behave({ kind: 'rate-limited', retryAfter: 4 });
    await news.tell('first');

    startBot();
    const sends = () => telegram.calls.filter(({ method }) => method === 'sendMessage');
    await vi.waitUntil(() => sends().length > 0, soon);
    // What was under way to the other chats when Telegram asked is refused, too.
    await sleep(2000);
    await telegram.behave({ kind: 'well' });
    const asked = sends().at(-1)?.at ?? 0;
    await vi.waitUntil(() => sends().some(({ at }) => at > asked), soon);
    await news.hurry();
    await vi.waitUntil(() => telegram.messages.length >= people.length, soon);

    const after = sends().filter(({ at }) => at > asked);
    expect(Math.min(...after.map(({ at }) => at)) - asked).toBeGreaterThanOrEqual(4000);
    for (const { id } of people) expect(news.heard(id)).toEqual(['first']);
  });

  test('end for a chat that has blocked the bot, and go on in the others', async ({
    db,
    news,
    people,
    startBot,
    telegram,
  }) => {
    const [ann, ben] = people;
    await telegram.behave({ kind: 'blocked', chatId: ann?.id ?? 0 });
    await news.tell('first', 'second');

    startBot();
    await vi.waitUntil(() => telegram.messages.length >= 4, soon);

    expect(news.heard(ann?.id ?? 0)).toEqual([]);
    expect(news.heard(ben?.id ?? 0)).toEqual(['first', 'second']);
    const chats = await db.selectFrom('telegramChats').select(['name', 'blockedAt']).execute();
    expect(chats.filter(({ blockedAt }) => blockedAt !== null).map(({ name }) => name)).toEqual([
      'Ann',
    ]);
    await vi.waitUntil(async () => !(await news.states()).includes('waiting'), soon);
    expect(await news.states()).toEqual(['parked', 'parked', 'sent', 'sent', 'sent', 'sent']);
  });

  test('that Telegram will not have are parked, and hold up nothing', async ({
    db,
    news,
    people,
    startBot,
    telegram,
  }) => {
    await telegram.behave({ kind: 'poison', text: 'second' });
    await news.tell('first', 'second', 'third');

    startBot();
    await vi.waitUntil(() => telegram.messages.length >= 6, soon);

    for (const { id } of people) expect(news.heard(id)).toEqual(['first', 'third']);
    await vi.waitUntil(async () => !(await news.states()).includes('waiting'), soon);
    const parked = await db
      .selectFrom('deliveries')
      .select('failure')
      .where('state', '=', 'parked')
      .execute();
    expect(parked).toEqual(Array(3).fill({ failure: 'Bad Request: can’t parse entities' }));
  });
});

test('a report comes with the newest sealed snapshot, its words first', async ({
  db,
  startBot,
  telegram,
}) => {
  const sealed = Buffer.from('age-encryption.org/v1\nand what nobody can read');
  const fileName = 'cmp-database.zip.age';
  await mkdir(snapshotsDir, { recursive: true });
  await writeFile(join(snapshotsDir, fileName), sealed);
  await db.transaction().execute((trx) =>
    insertSnapshot(trx, {
      ...{ kind: 'database', reason: 'asked', isEncrypted: true, siteName: 'Portal', fileName },
      ...{ folder: null, bytes: sealed.length, sha256: '0'.repeat(64), counts: {} },
      ...{ appVersion: 'cmp ver test', createdAt: new Date().toISOString() },
      ...{ verifiedAt: null, verifyFailure: null, accountId: null, accountName: 'system' },
    }),
  );
  await changeSection(db, system, keys.settings, 'telegram', sections.telegram, {
    version: 2,
    values: { defaultChatId: '-500', reportSnapshot: true },
  });
  await tell(db, { event: 'report' });

  startBot();
  await vi.waitUntil(() => telegram.messages.length >= 2, soon);

  expect(telegram.messages).toMatchObject([
    { chatId: -500, text: expect.stringContaining('Newest snapshot:') },
    { chatId: -500, file: { name: fileName, bytes: sealed.length } },
  ]);
});
