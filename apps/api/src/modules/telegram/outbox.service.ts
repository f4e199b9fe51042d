import type { Readable } from 'node:stream';
import type { OutboxMessage, OutboxRequest } from '@cmp/shared/bot';
import type { GeneralSettings } from '@cmp/shared/settings/general';
import type { TelegramSettings } from '@cmp/shared/settings/telegram';
import type { StatusBounds } from '@cmp/shared/status';
import type { Db, Trx } from '#database/client.ts';
import { isUnavailable } from '#database/violations.ts';
import { notFound } from '#lib/errors.ts';
import { lease } from '#modules/notifications/delivery-lease.service.ts';
import { isPatient, isSilentAt, wallAt } from '#modules/notifications/quiet-hours.ts';
import { wasInterruptedEachTime } from '#modules/notifications/retry.ts';
import { serversToldTo } from '#modules/notifications/told-to.ts';
import { readGeneral } from '#modules/settings/settings.service.ts';
import {
  findSealedSnapshot,
  readSealedSnapshot,
} from '#modules/snapshots/sealed-snapshot.service.ts';
import { systemActor } from '#plugins/access.ts';
import { isAllowedChat } from './allowed-chats.ts';
import { type BotPlace, readTelegram, requireHolder } from './bot.service.ts';
import { findLeftTarget } from './left-target.ts';
import { eventHtml, reportHtml } from './messages.ts';
import {
  isLeasedReport,
  listFirstWaiting,
  readWaiting,
  saveEnd,
  type Waiting,
} from './outbox.repository.ts';
import { keepOutcomes } from './outcomes.service.ts';
import { makeReport } from './report.service.ts';

export interface OutboxPlace extends BotPlace {
  snapshotsDir: string;
  boundsNow: () => Promise<StatusBounds>;
}

/** So long the bot has for a message, and for its file. */
const leaseSeconds = 300;
/** What Telegram takes of a bot. */
const mostBytes = 50_000_000;
/**
 * Keeps what became of the last messages, and hands out the next: of each chat the oldest alone, so that they arrive
 * in their order. A message that was handed out and never heard of again is handed out again.
 */
export async function exchangeOutbox(
  db: Db,
  place: OutboxPlace,
  { holder, outcomes, limit }: OutboxRequest,
  now: Date,
): Promise<OutboxMessage[]> {
  await requireHolder(db, holder);
  await keepOutcomes(db, outcomes, now);
  const [site, telegram] = await Promise.all([readGeneral(db), readTelegram(db, place)]);
  if (limit === 0) return [];

  const settings = telegram.values;
  const next = await db
    .transaction()
    .execute((trx) => takeNext(trx, place, { site, settings, limit, now }));
  const messages = await Promise.all(
    next.map((taken) => wordedOrParked(db, place, { site, settings }, taken)),
  );
  return messages.filter((message) => message !== undefined);
}

/** The file that goes with a report that the bot has. */
export async function readOutboxFile(
  db: Db,
  place: OutboxPlace,
  id: number,
): Promise<{ fileName: string; bytes: number; stream: Readable }> {
  const { values } = await readTelegram(db, place);
  if (!values.reportSnapshot || !(await isLeasedReport(db, id))) throw notFound();
  return readSealedSnapshot(db, place, mostBytes);
}

interface Taking {
  site: GeneralSettings;
  settings: TelegramSettings;
  limit: number;
  now: Date;
}

/** Where a message goes, and by which bot where that is another. */
interface Target {
  chatId: string;
  token: string | null;
}

interface Taken {
  waiting: Waiting;
  target: Target;
}

async function takeNext(
  trx: Trx,
  { key }: OutboxPlace,
  { site, settings, limit, now }: Taking,
): Promise<Taken[]> {
  const taken = new Map<string, Taken>();
  const { time } = wallAt(now, site.timeZone);
  const could = (await listFirstWaiting(trx)).filter((candidate) => {
    // Off, it still tells the target that was left: who switched it off need not have meant well.
    const isOpen = settings.enabled || candidate.sealedTarget !== null;
    return isOpen && !(isPatient(candidate) && isSilentAt(time, candidate));
  });
  for (let from = 0; from < could.length && taken.size < limit; from += limit) {
    const some = could.slice(from, from + limit).map(({ id }) => id);
    for (const waiting of await readWaiting(trx, some)) {
      if (taken.size === limit) break;
      const target = findTarget(key, waiting);
      if (target && taken.has(target.chatId)) continue;
      const fault = faultOf(waiting, target, settings);
      if (fault) await saveEnd(trx, [waiting.id], fault.state, fault.failure);
      else if (target) taken.set(target.chatId, { waiting, target });
    }
  }
  const next = [...taken.values()];
  await lease(
    trx,
    next.map(({ waiting }) => waiting.id),
    leaseSeconds,
  );
  return next;
}

/** Why a message goes to nobody any more: rights and settings can have changed since it was written. */
function faultOf(
  waiting: Waiting,
  target: Target | undefined,
  settings: TelegramSettings,
): { state: 'parked' | 'dropped'; failure: string } | undefined {
  if (!target) return { state: 'parked', failure: 'Where it goes cannot be read any more.' };
  if (wasInterruptedEachTime(waiting))
    return { state: 'parked', failure: 'The bot was interrupted at this each time.' };
  if (waiting.accountId === null) return undefined;
  if (!waiting.isLinked)
    return { state: 'dropped', failure: 'The chat is linked to the account no more.' };
  if (!isAllowedChat(settings, target.chatId))
    return { state: 'dropped', failure: 'The chat is not among those that are allowed.' };
  if (!serversToldTo(waiting))
    return { state: 'dropped', failure: 'It is none of the account’s business any more.' };
  return undefined;
}

function findTarget(key: Buffer, { chatId, sealedTarget }: Waiting): Target | undefined {
  if (sealedTarget !== null) return findLeftTarget(key, sealedTarget);
  return chatId === null ? undefined : { chatId, token: null };
}

/** What cannot be worded would hold up everything behind it, again and again. */
async function wordedOrParked(
  db: Db,
  place: OutboxPlace,
  by: Pick<Taking, 'site' | 'settings'>,
  taken: Taken,
): Promise<OutboxMessage | undefined> {
  try {
    return await asMessage(db, place, by, taken);
  } catch (error) {
    if (isUnavailable(error)) throw error;
    const failure = `It cannot be worded: ${error instanceof Error ? error.message : String(error)}`;
    await db
      .transaction()
      .execute((trx) => saveEnd(trx, [taken.waiting.id], 'parked', failure.slice(0, 500)));
    return undefined;
  }
}

async function asMessage(
  db: Db,
  place: OutboxPlace,
  { site, settings }: Pick<Taking, 'site' | 'settings'>,
  { waiting, target }: Taken,
): Promise<OutboxMessage> {
  const { id, event, accountId } = waiting;
  const isReport = event === 'report' && accountId === null;
  const file =
    isReport && settings.reportSnapshot ? await findSealedSnapshot(db, mostBytes) : undefined;
  const html = isReport
    ? reportHtml(await makeReport(db, place, systemActor('system'), await place.boundsNow()), site)
    : eventHtml({ ...waiting, servers: serversToldTo(waiting) ?? [] }, site);
  return { id, chatId: target.chatId, html, token: target.token, fileName: file?.fileName ?? null };
}
