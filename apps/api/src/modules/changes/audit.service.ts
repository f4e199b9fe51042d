import type {
  AuditEntry,
  AuditFilter,
  AuditList,
  AuditQuery,
  Change,
  ChangeList,
  PageQuery,
} from '@cmp/shared/changes';
import type { Db } from '#database/client.ts';
import { AppError, notFound } from '#lib/errors.ts';
import { readGeneral } from '#modules/settings/settings.service.ts';
import { type Actor, requireOnServer, scopeFor } from '#plugins/access.ts';
import {
  type AuditPosition,
  type AuditWish,
  countChanges,
  countEntries,
  findServerOfUser,
  listChanges,
  listEntries,
} from './audit.repository.ts';
import { asApiFields } from './entry-fields.service.ts';

/** The changes that altered something the actor may read the history of, newest first. */
export async function readChanges(
  db: Db,
  actor: Actor,
  { limit, cursor }: PageQuery,
): Promise<ChangeList> {
  const scope = scopeFor(actor, 'changes:list');
  const [before] = positionOf(cursor, 1) ?? [];
  const rows = await listChanges(db, scope, { before, limit: limit + 1 });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    total: await countChanges(db, scope),
    ...(rows.length > limit && last && { nextCursor: String(last.id) }),
  };
}

export async function getChange(db: Db, actor: Actor, changeId: number): Promise<Change> {
  const scope = scopeFor(actor, 'changes:list');
  const [change] = await listChanges(db, scope, { changeId, limit: 1 });
  if (!change) throw notFound();
  return change;
}

/** What was altered, row by row, newest change first. */
export async function readAudit(
  db: Db,
  actor: Actor,
  { limit, cursor, ...filter }: AuditQuery,
): Promise<AuditList> {
  return readEntries(db, actor, await wishOf(db, filter), { limit, cursor });
}

/** A user's history, also of one in the bin. What happened on another server is that server's to tell. */
export async function readUserHistory(
  db: Db,
  actor: Actor,
  userId: number,
  page: PageQuery,
): Promise<AuditList> {
  const serverId = await findServerOfUser(db, actor.scope, userId);
  if (serverId === undefined) throw notFound();
  requireOnServer(actor, 'changes:list', serverId);
  return readEntries(db, actor, { table: 'users', rowId: userId }, page);
}

/** Every entry under the filter, some at a time: a slow reader holds no connection in between. */
export async function* eachEntry(
  db: Db,
  actor: Actor,
  filter: AuditFilter,
): AsyncGenerator<AuditEntry[]> {
  const wish = await wishOf(db, filter);
  let before: AuditPosition | undefined;
  for (;;) {
    const entries = await listPage(db, actor, wish, before, 1_000);
    const last = entries.at(-1);
    if (!last) return;
    yield entries;
    before = { changeId: last.changeId, id: last.id };
  }
}

async function readEntries(
  db: Db,
  actor: Actor,
  wish: AuditWish,
  { limit, cursor }: PageQuery,
): Promise<AuditList> {
  const [changeId, id] = positionOf(cursor, 2) ?? [];
  const before = changeId === undefined || id === undefined ? undefined : { changeId, id };
  const entries = await listPage(db, actor, wish, before, limit + 1);
  const items = entries.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    total: await countEntries(db, scopeFor(actor, 'changes:list'), wish),
    ...(entries.length > limit && last && { nextCursor: `${last.changeId}.${last.id}` }),
  };
}

async function listPage(
  db: Db,
  actor: Actor,
  wish: AuditWish,
  before: AuditPosition | undefined,
  limit: number,
): Promise<AuditEntry[]> {
  const scope = scopeFor(actor, 'changes:list');
  const rows = await listEntries(db, scope, wish, before, limit);
  const entries = await asApiFields(db, scope, rows);
  return actor.role === 'admin' ? entries : entries.map((entry) => ({ ...entry, ip: null }));
}

async function wishOf(db: Db, filter: AuditWish): Promise<AuditWish> {
  const { timeZone } = await readGeneral(db);
  return { ...filter, timeZone };
}

function positionOf(cursor: string | undefined, parts: number): number[] | undefined {
  if (cursor === undefined) return undefined;
  const numbers = cursor.split('.').map(Number);
  if (numbers.length !== parts || !numbers.every((one) => Number.isSafeInteger(one) && one >= 0))
    throw new AppError('invalid_request', 'This cursor is not ours.');
  return numbers;
}
