import type { LinkedChat } from '@cmp/shared/bot';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

/** Somebody in a chat: a group has many, and each is their own account. */
export interface Person {
  chatId: string;
  telegramUserId: string;
}

export interface PersonsChat {
  id: number;
  accountId: number;
  signInAlerts: boolean;
  isBlocked: boolean;
}

export async function findPersonsChat(db: Db, person: Person): Promise<PersonsChat | undefined> {
  return db
    .selectFrom('telegramChats')
    .select(['id', 'accountId', 'signInAlerts'])
    .select(sql<boolean>`blocked_at is not null`.as('isBlocked'))
    .where('chatId', '=', person.chatId)
    .where('telegramUserId', '=', person.telegramUserId)
    .executeTakeFirst();
}

/** An account's chats, the oldest first. */
export async function listChats(db: Db, accountId: number): Promise<LinkedChat[]> {
  return db
    .selectFrom('telegramChats')
    .select(['id', 'name', 'signInAlerts', 'createdAt'])
    .select(sql<boolean>`blocked_at is not null`.as('isBlocked'))
    .where('accountId', '=', accountId)
    .orderBy('id')
    .execute();
}

export async function saveChat(
  trx: Trx,
  { chatId, telegramUserId, name, accountId }: Person & { name: string; accountId: number },
): Promise<void> {
  await trx
    .insertInto('telegramChats')
    .values({ chatId, telegramUserId, name, accountId })
    .onConflict((conflict) =>
      conflict
        .columns(['chatId', 'telegramUserId'])
        .doUpdateSet({ accountId, name, signInAlerts: true, blockedAt: null }),
    )
    .execute();
}

/** Whether the account has this chat. */
export async function saveSignInAlerts(
  trx: Trx,
  accountId: number,
  id: number,
  signInAlerts: boolean,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('telegramChats')
    .set({ signInAlerts })
    .where('id', '=', id)
    .where('accountId', '=', accountId)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Whether there was this chat, of the account if one is named. What waits for its account there goes with it. */
export async function deleteChat(
  trx: Trx,
  { id, accountId }: { id: number; accountId?: number },
): Promise<boolean> {
  const chat = await trx
    .deleteFrom('telegramChats')
    .where('id', '=', id)
    .$if(accountId !== undefined, (query) => query.where('accountId', '=', accountId ?? 0))
    .returning(['chatId', 'accountId'])
    .executeTakeFirst();
  if (!chat) return false;
  await trx
    .updateTable('deliveries')
    .set({ state: 'dropped', failure: 'The chat was unlinked.', leasedUntil: null })
    .where('channel', '=', 'telegram')
    .where('state', '=', 'waiting')
    .where('accountId', '=', chat.accountId)
    .where('chatId', '=', chat.chatId)
    .execute();
  return true;
}

/** Marks a chat as one that wants to hear nothing, or as one that spoke again. */
export async function saveBlocked(trx: Trx, chatId: string, isBlocked: boolean): Promise<void> {
  await trx
    .updateTable('telegramChats')
    .set({ blockedAt: isBlocked ? sql<string>`now()` : null })
    .where('chatId', '=', chatId)
    .where('blockedAt', isBlocked ? 'is' : 'is not', null)
    .execute();
}

/** Keeps a code's hash in the place of an earlier one; gives until when it opens. */
export async function saveCode(
  db: Db,
  accountId: number,
  hash: Buffer,
  minutes: number,
): Promise<string> {
  const expiresAt = sql<string>`now() + make_interval(mins => ${minutes})`;
  const kept = await db
    .insertInto('telegramCodes')
    .values({ hash, accountId, expiresAt })
    .onConflict((conflict) => conflict.column('accountId').doUpdateSet({ hash, expiresAt }))
    .returning('expiresAt')
    .executeTakeFirstOrThrow();
  return kept.expiresAt;
}

/** Whose a code is or was: only using it up says whether it still opens. */
export async function findCode(db: Db, hash: Buffer): Promise<number | undefined> {
  const code = await db
    .selectFrom('telegramCodes')
    .select('accountId')
    .where('hash', '=', hash)
    .executeTakeFirst();
  return code?.accountId;
}

/** Uses a code up: of two at once one does. */
export async function deleteCode(trx: Trx, hash: Buffer): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('telegramCodes')
    .where('hash', '=', hash)
    .where('expiresAt', '>', sql<string>`now()`)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}
