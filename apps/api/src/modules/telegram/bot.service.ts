import type { BotConfig, BotReport, BotStatus, Lease } from '@cmp/shared/bot';
import { sections } from '@cmp/shared/settings/sections';
import { TelegramSettings } from '@cmp/shared/settings/telegram';
import type { Db } from '#database/client.ts';
import { AppError } from '#lib/errors.ts';
import {
  type Effective,
  readEffective,
  readGeneral,
  readSection,
  type SettingsPlace,
} from '#modules/settings/settings.service.ts';
import {
  type BotState,
  findBotState,
  holdsLease,
  saveReport,
  takeLease,
} from './bot.repository.ts';
import { findLeftTarget } from './left-target.ts';
import { findSealedNotice } from './outbox.repository.ts';

export interface BotPlace extends SettingsPlace {
  telegramApiRoot: string;
}

/** How long a bot is the one that asks Telegram, unless it asks again to stay it. */
const leaseSeconds = 30;

/** A bot that said nothing for so long is not there. */
const silentMs = 120_000;

/** Makes a bot the one that talks to Telegram, or says until when another is. */
export function lease(db: Db, holder: string): Promise<Lease> {
  return takeLease(db, holder, leaseSeconds);
}

/** Refuses a bot that is not the one: it was too slow to say that it still is. */
export async function requireHolder(db: Db, holder: string): Promise<void> {
  if (!(await holdsLease(db, holder)))
    throw new AppError('bot_held', 'Another bot talks to Telegram now.');
}

/** What the bot works by, as it holds now. */
export async function readBotConfig(db: Db, place: BotPlace): Promise<BotConfig> {
  const [telegram, { siteName, timeZone, language }] = await Promise.all([
    readTelegram(db, place),
    readGeneral(db),
  ]);
  const token = telegram.values.enabled
    ? telegram.secrets.token
    : await findLeftToken(db, place.key);
  return { token: token ?? null, apiRoot: place.telegramApiRoot, siteName, timeZone, language };
}

/** Off, the bot still tells the target that was left, by the token that was there; then there is none. */
async function findLeftToken(db: Db, key: Buffer): Promise<string | undefined> {
  const notice = await findSealedNotice(db);
  return notice === undefined ? undefined : findLeftTarget(key, notice)?.token;
}

export function readTelegram(db: Db, place: SettingsPlace): Promise<Effective<TelegramSettings>> {
  return readEffective(db, place, 'telegram', TelegramSettings);
}

/** Keeps how the bot fares. */
export async function keepReport(db: Db, report: BotReport): Promise<void> {
  await requireHolder(db, report.holder);
  await saveReport(db, report);
}

/** Whether the bot is well, and what it said last. Where Telegram is off nobody misses it. */
export async function readBotStatus(db: Db, place: SettingsPlace, now: Date): Promise<BotStatus> {
  const [state, { values, secrets }] = await Promise.all([
    findBotState(db),
    readTelegram(db, place),
  ]);
  const { lastSuccess, lastError, code, updatedAt } = state;
  const isMissed = values.enabled && secrets.token !== undefined;
  const ok = code === null && (!isMissed || !isSilent(state, now));
  return { ok, status: { lastSuccess, lastError, code, updatedAt } };
}

/** What those who watch want to know. Whether it is missed is the settings' to say, wherever its token comes from. */
export async function readBotFacts(
  db: Db,
  { overrides }: Pick<SettingsPlace, 'overrides'>,
): Promise<BotState & { isOn: boolean; isUp: boolean; silentSeconds: number | null }> {
  const now = new Date();
  const [state, { values }] = await Promise.all([
    findBotState(db),
    readSection(db, 'telegram', sections.telegram, overrides.telegram),
  ]);
  const { updatedAt, code } = state;
  return {
    ...state,
    isOn: TelegramSettings.parse(values).enabled,
    isUp: code === null && !isSilent(state, now),
    silentSeconds: updatedAt === null ? null : (Number(now) - Date.parse(updatedAt)) / 1000,
  };
}

function isSilent({ updatedAt }: BotState, now: Date): boolean {
  return updatedAt === null || Number(now) - Date.parse(updatedAt) > silentMs;
}
