import type { Plan } from '@cmp/shared/changes';
import { can, type GrantedAction, roleCan } from '@cmp/shared/permissions';
import { nameKey } from '@cmp/shared/primitives';
import * as z from 'zod';
import type { Db, Trx } from '#database/client.ts';
import { brokenConstraint } from '#database/violations.ts';
import { AppError } from '#lib/errors.ts';
import type { JobWork, RunningJob } from '#modules/jobs/jobs.service.ts';
import type { JobQueue } from '#modules/jobs/queue.ts';
import { commitByJob, commitWork, rowsAtOnce } from '#modules/plans/plan-jobs.service.ts';
import {
  type Committer,
  commitInChange,
  createPlan,
  finishPlan,
  getPlan,
  listWindows,
  planMoved,
} from '#modules/plans/plans.service.ts';
import { lockOrderOfServers } from '#modules/servers/servers.service.ts';
import { keysOf } from '#modules/users/user-keys.ts';
import type { Actor } from '#plugins/access.ts';
import { getChange } from './audit.service.ts';
import { settleOrder } from './undo-order.repository.ts';
import {
  listRightsNeeded,
  listServersOf,
  listTexts,
  type RightNeeded,
  refuseWhatIsSetBackByHand,
  saveKeys,
  type UndoneTable,
  workOutReversals,
} from './undo-plan.repository.ts';
import {
  refuseServersWithUsers,
  refuseServicesInUse,
  refuseTakenNames,
  refuseUsersWithoutHome,
} from './undo-refusals.repository.ts';
import {
  hasStranded,
  lockUndone,
  makeReversals,
  placeBehindLast,
  type WrittenKind,
} from './undo-write.repository.ts';

const Subject = z.object({ changeId: z.int() });

/**
 * Works out what undoing a change would do: the rows it would set back, those it keeps because they were
 * altered since, and those it cannot set back. Nothing is written until the plan is committed.
 */
export async function planUndo(db: Db, actor: Actor, changeId: number): Promise<Plan> {
  const { at } = await getChange(db, actor, changeId);
  const change = { id: changeId, at };

  const planId = await db.transaction().execute(async (trx) => {
    const serverIds = await listServersOf(trx, change);
    const id = await createPlan(trx, actor, {
      action: 'changes:undo',
      state: 'parsing',
      subject: { changeId },
      serverIds: serverIds.includes(null) ? null : serverIds.filter((one) => one !== null),
    });
    for (const table of ['servers', 'services', 'users'] as const) {
      const rows = await workOutReversals(trx, id, change, table);
      if (rows > 0) await refuseTheImpossible(trx, id, table);
    }
    await refuseWhatIsSetBackByHand(trx, id, change);
    await refuseServersWithUsers(trx, id);
    await refuseServicesInUse(trx, id);
    requireRights(actor, await listRightsNeeded(trx, id));
    await finishPlan(trx, id);
    return id;
  });
  return getPlan(db, actor, planId);
}

/** Sets back what the plan says: at once where it is little, else by a job. */
export function undoCommitter(queue: JobQueue): Committer {
  return (db, actor, plan) => {
    const { id } = plan;
    if (writesOf(plan) > rowsAtOnce)
      return commitByJob(db, queue, actor, plan, 'undo:commit', async (trx) =>
        requireRights(actor, await listRightsNeeded(trx, id)),
      );
    const change = { id, action: 'changes:undo', undoesChangeId: undoneBy(plan) } as const;
    return commitInChange(db, actor, change, 'ready', (trx) => writeUndo(trx, actor, plan));
  };
}

/** What the job of a large undo does: the same, as a change that names the one it undoes. */
export const undoWork: JobWork = commitWork('changes:undo', writeUndo, undoneBy);

function undoneBy({ subject }: Plan): number {
  return Subject.parse(subject).changeId;
}

function writesOf({ counts }: Plan): number {
  return counts.added + counts.changed + counts.removed;
}

async function writeUndo(
  trx: Trx,
  actor: Actor,
  plan: Plan,
  progress: RunningJob['progress'] = () => {},
): Promise<void> {
  const total = writesOf(plan);
  if (total === 0) throw new AppError('plan_empty', 'There is nothing left to set back.');
  requireRights(actor, await listRightsNeeded(trx, plan.id));
  progress({ phase: 'writing', done: 0, total });
  try {
    await makeUndo(trx, plan.id, (done) => progress({ done }));
  } catch (error) {
    // A name or a place that was free when the plan was made.
    throw brokenConstraint(error) ? planMoved() : error;
  }
}

/** Who goes makes room first; then those who stay are altered, then those who come back. */
async function makeUndo(trx: Trx, planId: number, tell: (done: number) => void): Promise<void> {
  const windows = await listWindows(trx, planId, 5_000);
  await lockOrderOfServers(trx);
  for (const table of ['servers', 'services', 'users'] as const)
    if (await lockUndone(trx, planId, table)) throw planMoved();

  await placeBehindLast(trx, planId, 'servers');
  await placeBehindLast(trx, planId, 'services');
  let done = 0;
  const make = async (table: UndoneTable, kind: WrittenKind) => {
    for (const window of windows) {
      done += await makeReversals(trx, planId, table, kind, window);
      tell(done);
    }
  };
  await make('users', 'removed');
  for (const kind of ['removed', 'changed', 'added'] as const) await make('servers', kind);
  for (const kind of ['changed', 'added'] as const) await make('services', kind);
  for (const kind of ['changed', 'added'] as const) await make('users', kind);
  await make('services', 'removed');
  if (await hasStranded(trx, planId)) throw planMoved();
}

async function refuseTheImpossible(trx: Trx, planId: number, table: UndoneTable): Promise<void> {
  await foldTexts(trx, planId, table);
  if (table === 'servers') await settleOrder(trx, planId);
  if (table === 'users') await refuseUsersWithoutHome(trx, planId);
  await refuseTakenNames(trx, planId, table);
}

/** SQL folds no case, so the keys of texts that are set back are worked out here, some thousand at a time. */
async function foldTexts(trx: Trx, planId: number, table: UndoneTable): Promise<void> {
  for (const window of await listWindows(trx, planId, 2_000)) {
    const rows = await listTexts(trx, planId, table, window);
    const keys = rows.map(({ ordinal, name, contact, remark }) => ({
      ordinal,
      ...(table === 'users'
        ? keysOf({ accountName: name, contact, remark })
        : { nameKey: nameKey(name), searchKey: null }),
    }));
    if (keys.length > 0) await saveKeys(trx, planId, window, keys);
  }
}

/** Refuses where today's right is missing for the inverse of any row. */
function requireRights(actor: Actor, needed: RightNeeded[]): void {
  if (needed.every((right) => mayReverse(actor, right))) return;
  throw new AppError(
    'forbidden',
    'Your account may not set back everything that this change altered.',
  );
}

function mayReverse(
  actor: Actor,
  { table, kind, serverId, toServerId, isOrder }: RightNeeded,
): boolean {
  const on = (action: GrantedAction, id = serverId) =>
    id === null ? actor.role === 'admin' : can(actor, action, id);
  if (!on('changes:undo')) return false;
  if (kind === 'refused' || kind === 'unchanged') return true;

  if (table === 'users') {
    if (kind === 'removed') return on('users:delete');
    if (toServerId !== null && !(on('users:transfer') && on('users:transfer', toServerId)))
      return false;
    return on(kind === 'added' ? 'users:restore' : 'users:update');
  }
  if (table === 'servers') {
    if (isOrder) return roleCan(actor.role, 'servers:reorder');
    return kind === 'changed' ? on('servers:update') : roleCan(actor.role, 'servers:delete');
  }
  return roleCan(actor.role, serviceRights[kind]);
}

const serviceRights = {
  added: 'services:create',
  changed: 'services:update',
  removed: 'services:delete',
} as const;
