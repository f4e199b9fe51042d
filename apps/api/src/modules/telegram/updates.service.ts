import { createHmac } from 'node:crypto';
import type { ActRequest, BotAnswer } from '@cmp/shared/bot';
import { type Action, roleCan } from '@cmp/shared/permissions';
import type { Db } from '#database/client.ts';
import { AppError } from '#lib/errors.ts';
import { findActorInChat } from '#modules/auth/sessions.service.ts';
import { type ActKind, type ActPlace, run } from './acts.service.ts';
import { isAllowedChat } from './allowed-chats.ts';
import { readTelegram } from './bot.service.ts';
import { findPersonsChat } from './chats.repository.ts';
import { linkChat, markBlocked } from './chats.service.ts';
import { isWorkedThrough, markWorkedThrough } from './updates.repository.ts';

export interface UpdatePlace extends ActPlace {
  /** Counts an attempt to link; `giveBack` where it was good. */
  countLinking: (person: string) => Promise<() => Promise<void>>;
}

/**
 * Works an update of Telegram's through, once. What alters data keeps the update's name with its change, so that
 * neither a repeat nor a crash before the mark has a second effect.
 */
export async function workThrough(
  db: Db,
  place: UpdatePlace,
  request: ActRequest,
  requestId: string,
): Promise<BotAnswer> {
  const { updateId } = request;
  if (await isWorkedThrough(db, updateId)) throw repeated();
  try {
    const answer = await answerTo(db, place, request, requestId);
    if (!(await markWorkedThrough(db, updateId))) throw repeated();
    return answer;
  } catch (error) {
    if (isFinal(error)) await markWorkedThrough(db, updateId);
    throw error;
  }
}

/** A refusal is an answer, too. What went wrong on our side may be asked for again. */
function isFinal(error: unknown): boolean {
  return error instanceof AppError && error.statusCode < 500 && error.code !== 'request_running';
}

async function answerTo(
  db: Db,
  place: UpdatePlace,
  request: ActRequest,
  requestId: string,
): Promise<BotAnswer> {
  const { values } = await readTelegram(db, place);
  if (!values.enabled || !isAllowedChat(values, request.chatId)) throw unlinked();
  const chat = await findPersonsChat(db, request);
  if (chat?.isBlocked) await markBlocked(db, request.chatId, false);
  if (request.act.kind === 'link') return link(db, place, request, request.act.code, requestId);
  if (!chat) throw unlinked();

  // Asked of the database each time, and never kept: what was withdrawn a moment ago is gone.
  const found = await findActorInChat(db, chat.accountId, requestId);
  if (!found) throw unlinked();
  const { actor, displayName, mustChangePassword } = found;
  if (mustChangePassword)
    throw new AppError('password_change_required', 'Choose a new password in the panel first.');
  if (!roleCan(actor.role, rightOf[request.act.kind]))
    throw new AppError('forbidden', 'Your account may not do this.');
  actor.idempotency = nameOf(request, chat.accountId, place.tokenKey);
  return run(request.act.kind, request.act, { ...place, db, actor, displayName, chat });
}

async function link(
  db: Db,
  { tokenKey, countLinking }: UpdatePlace,
  { chatId, telegramUserId, name }: ActRequest,
  code: string,
  requestId: string,
): Promise<BotAnswer> {
  const giveBack = await countLinking(telegramUserId);
  const person = { chatId, telegramUserId, name };
  const linked = await linkChat(db, tokenKey, { ...person, code, requestId });
  await giveBack();
  return { kind: 'link', ...linked };
}

/** As an `Idempotency-Key` names a command of the panel's: the same update has one effect. */
function nameOf(
  { updateId, chatId, telegramUserId, act }: ActRequest,
  accountId: number,
  key: Buffer,
) {
  const asked = JSON.stringify([accountId, chatId, telegramUserId, act]);
  return {
    key: `telegram-${updateId}`,
    fingerprint: createHmac('sha256', key).update('asked').update(asked).digest(),
    isSecret: false,
  };
}

function unlinked(): AppError {
  return new AppError('telegram_unlinked', 'This chat is linked to no account.');
}

function repeated(): AppError {
  return new AppError('update_repeated', 'This update was worked through before.');
}

/** The right that the panel's route asks for, where the same is done there. */
const rightOf = {
  home: 'overview:read',
  unlink: 'telegram:link',
  status: 'overview:read',
  soon: 'users:list',
  expired: 'users:list',
  find: 'users:list',
  servers: 'servers:list',
  server: 'users:list',
  user: 'users:read',
  preview: 'users:extend',
  extend: 'users:extend',
  undo: 'changes:undo',
  report: 'overview:read',
  notify: 'notifications:read',
  choose: 'notifications:update',
  'sign-in-alerts': 'telegram:link',
} as const satisfies Record<ActKind, Action>;
