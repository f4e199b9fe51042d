import { randomInt } from 'node:crypto';
import type { AccountChats, LinkCode, LinkedChat, LinkedChats } from '@cmp/shared/bot';
import type { Db } from '#database/client.ts';
import { AppError, notFound } from '#lib/errors.ts';
import { tokenHash } from '#lib/tokens.ts';
import { getAccount } from '#modules/accounts/accounts.service.ts';
import { findActorInChat } from '#modules/auth/sessions.service.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { tell } from '#modules/notifications/events.service.ts';
import { type Actor, accountIdOf, systemActor } from '#plugins/access.ts';
import { findBotState } from './bot.repository.ts';
import {
  deleteChat,
  deleteCode,
  findCode,
  listChats,
  type Person,
  saveBlocked,
  saveChat,
  saveCode,
  saveSignInAlerts,
} from './chats.repository.ts';

const codeMinutes = 10;

/** Without letters and digits that are mistaken for each other. */
const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const codeLength = 12;

/** The chats that act for the actor. */
export async function readChats(db: Db, actor: Actor): Promise<LinkedChats> {
  const [items, { username }] = await Promise.all([
    listChats(db, accountIdOf(actor)),
    findBotState(db),
  ]);
  return { items, botUsername: username };
}

/** Opens the linking of one chat to the actor's account. */
export async function makeLinkCode(db: Db, tokenKey: Buffer, actor: Actor): Promise<LinkCode> {
  const code = Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join(
    '',
  );
  const [expiresAt, { username }] = await Promise.all([
    saveCode(db, accountIdOf(actor), tokenHash(tokenKey, code), codeMinutes),
    findBotState(db),
  ]);
  return { code, url: username && `https://t.me/${username}?start=${code}`, expiresAt };
}

/** Links a chat to the account that a code is of, and uses the code up. A wrong one tells nothing. */
export async function linkChat(
  db: Db,
  tokenKey: Buffer,
  { code, name, requestId, ...person }: Person & { code: string; name: string; requestId: string },
): Promise<{ username: string; displayName: string }> {
  const hash = tokenHash(tokenKey, code.trim().toUpperCase());
  const accountId = await findCode(db, hash);
  const found =
    accountId === undefined ? undefined : await findActorInChat(db, accountId, requestId);
  if (accountId === undefined || !found) throw codeWrong();

  const { actor, displayName } = found;
  return inChange(db, actor, 'telegram:link', null, async (trx) => {
    if (!(await deleteCode(trx, hash))) throw codeWrong();
    // Whoever links a chat acts by it from then on: the account hears of it by the ways that it had before.
    const { username: actorName } = actor;
    await tell(trx, { event: 'chat_linked', accountId, actorName, facts: { chat: name } });
    await saveChat(trx, { ...person, name, accountId });
    return { username: actor.username, displayName };
  });
}

/** Whether a chat of the actor's is told of sign-ins. */
export function changeSignInAlerts(
  db: Db,
  actor: Actor,
  chatId: number,
  signInAlerts: boolean,
): Promise<LinkedChat> {
  return inChange(db, actor, 'telegram:link', null, async (trx) => {
    const accountId = accountIdOf(actor);
    const isSaved = await saveSignInAlerts(trx, accountId, chatId, signInAlerts);
    const chat = (await listChats(trx, accountId)).find(({ id }) => id === chatId);
    if (!isSaved || !chat) throw notFound();
    return chat;
  });
}

/** Ends what a chat may do for the actor. */
export function unlinkChat(db: Db, actor: Actor, chatId: number): Promise<null> {
  return inChange(db, actor, 'telegram:link', null, async (trx) => {
    if (!(await deleteChat(trx, { id: chatId, accountId: accountIdOf(actor) }))) throw notFound();
    return null;
  });
}

/** The chats that act for an account, for whoever looks after it. */
export async function readChatsOf(db: Db, accountId: number): Promise<AccountChats> {
  await getAccount(db, accountId);
  const items = await listChats(db, accountId);
  return { items, total: items.length };
}

/** Ends what a chat may do, whosever it is. */
export function unlinkAnyChat(db: Db, actor: Actor, chatId: number): Promise<null> {
  return inChange(db, actor, 'telegram:unlink', null, async (trx) => {
    if (!(await deleteChat(trx, { id: chatId }))) throw notFound();
    return null;
  });
}

/** Keeps what Telegram said of a chat: that nobody there wants to hear from us; or that somebody spoke again. */
export function markBlocked(db: Db, chatId: string, isBlocked: boolean): Promise<void> {
  return inChange(db, systemActor('system'), 'telegram:link', null, (trx) =>
    saveBlocked(trx, chatId, isBlocked),
  );
}

function codeWrong(): AppError {
  return new AppError('link_code_wrong', 'This code opens nothing. Take a new one in the panel.');
}
