import type { BulkAction, BulkWish, Plan, PlanEntryKind } from '@cmp/shared/changes';
import { extend, passesLastDate } from '@cmp/shared/renewal';
import type { StatusBounds } from '@cmp/shared/status';
import * as z from 'zod';
import type { Db } from '#database/client.ts';
import { AppError, notFound } from '#lib/errors.ts';
import { once } from '#modules/changes/changes.service.ts';
import {
  type Committer,
  commitInChange,
  createPlan,
  finishPlan,
  getPlan,
  holdPlannedRows,
} from '#modules/plans/plans.service.ts';
import { type Actor, inScope, requireOnServer } from '#plugins/access.ts';
import { insertBulkEntries, listChosen, listPlannedServers } from './bulk.repository.ts';
import { writePlannedUsers } from './planned-users.service.ts';

const Subject = z.object({ months: z.int().optional(), reason: z.string().nullable() });

/** Works out one act on chosen users. All or nothing: one that is out of reach refuses them all, and is not named. */
export function planBulk(
  db: Db,
  actor: Actor,
  wish: BulkWish,
  { today }: StatusBounds,
): Promise<Plan> {
  return once(db, actor, async (trx) => {
    const ids = [...new Set(wish.ids)];
    const users = await listChosen(trx, ids);
    const isReached = users.every(({ serverId }) => inScope(actor.scope, serverId));
    if (users.length < ids.length || !isReached) throw notFound();
    const serverIds = [...new Set(users.map(({ serverId }) => serverId))];
    requireOnServers(actor, wish.action, serverIds);

    const { action, reason = null } = wish;
    const planId = await createPlan(trx, actor, {
      ...{ action, state: 'ready', serverIds },
      subject: { reason, ...termsOf(wish) },
    });
    const entries = users.map((user) => ({ ...user, ...outcomeFor(wish, user, today) }));
    await insertBulkEntries(trx, planId, entries);
    await finishPlan(trx, planId);
    return getPlan(trx, actor, planId);
  });
}

function termsOf(wish: BulkWish): Record<string, unknown> {
  if (wish.action === 'users:extend') return { months: wish.months };
  return wish.action === 'users:update' ? { set: wish.set } : {};
}

/** What the act makes of a user; the fields are the table's. */
interface Outcome {
  kind: PlanEntryKind;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  reason: string | null;
}

const unchanged: Outcome = { kind: 'unchanged', before: {}, after: {}, reason: null };

function outcomeFor(
  wish: BulkWish,
  { expiresOn, enabled }: { expiresOn: string | null; enabled: boolean },
  today: string,
): Outcome {
  if (wish.action === 'users:delete') return { ...unchanged, kind: 'removed' };
  if (wish.action === 'users:update') {
    if (enabled === wish.set.enabled) return unchanged;
    return { ...unchanged, kind: 'changed', before: { enabled }, after: wish.set };
  }
  if (expiresOn === null) return unchanged;
  if (passesLastDate(expiresOn, wish.months, today))
    return { ...unchanged, kind: 'refused', reason: 'past_last_date' };
  const after = { expires_on: extend(expiresOn, wish.months, today) };
  return { ...unchanged, kind: 'changed', before: { expires_on: expiresOn }, after };
}

/** Makes an act on chosen users real in one change, exactly as it was worked out. */
export function bulkCommitter(action: BulkAction): Committer {
  return (db, actor, { id, state, subject, counts }) => {
    const total = counts.changed + counts.removed;
    if (state === 'ready' && total === 0)
      throw new AppError('plan_empty', 'There is nothing to change.');
    const { months, reason } = Subject.parse(subject);
    return commitInChange(db, actor, { id, action, reason, months }, 'ready', async (trx) => {
      requireOnServers(actor, action, await listPlannedServers(trx, id));
      await holdPlannedRows(trx, id, 'users');
      await writePlannedUsers(trx, id, action === 'users:delete' ? 'removed' : 'changed');
    });
  };
}

function requireOnServers(actor: Actor, action: BulkAction, serverIds: number[]): void {
  for (const serverId of serverIds) requireOnServer(actor, action, serverId);
}
