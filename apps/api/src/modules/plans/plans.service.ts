import type {
  Committed,
  Plan,
  PlanCommit,
  PlanEntryList,
  PlanEntryQuery,
  PlanState,
} from '@cmp/shared/changes';
import { PlanCounts } from '@cmp/shared/changes';
import type { Action } from '@cmp/shared/permissions';
import type { Db, Trx } from '#database/client.ts';
import { AppError, notFound } from '#lib/errors.ts';
import { type ChangeDetails, inChange } from '#modules/changes/changes.service.ts';
import { asApiFields } from '#modules/changes/entry-fields.service.ts';
import type { Telling } from '#modules/notifications/events.service.ts';
import { type Actor, inScope } from '#plugins/access.ts';
import type { Confirm } from '#plugins/confirmation.ts';
import {
  countPlanEntries,
  findLastOrdinal,
  findPlan,
  holdRun,
  insertPlan,
  listPlanEntries,
  lockPlan,
  lockPlannedRows,
  type NewPlan,
  type PlanRow,
  recountPlan,
  savePlanCommitted,
  updatePlanState,
  type WrittenTable,
} from './plans.repository.ts';

/** What makes the plans of one action real: at once in `commitInChange`, or by a job that will. */
export type Committer = (
  db: Db,
  actor: Actor,
  plan: Plan,
  options: PlanCommit,
  confirm: Confirm,
) => Promise<Committed>;

/** By the plan's action. */
export type Committers = Readonly<Partial<Record<Action, Committer>>>;

/** The actor's own plan. Another's answers as if it were not there; one that is too old says so. */
export async function getPlan(db: Db, actor: Actor, planId: number): Promise<Plan> {
  return asPlan(visible(actor, await findPlan(db, planId)));
}

export async function readPlanEntries(
  db: Db,
  actor: Actor,
  planId: number,
  { kind, limit, cursor }: PlanEntryQuery,
): Promise<PlanEntryList> {
  await getPlan(db, actor, planId);
  const rows = await listPlanEntries(db, planId, { kind, limit: limit + 1 }, ordinalOf(cursor));
  const items = await asApiFields(db, actor.scope, rows.slice(0, limit));
  const last = items.at(-1);
  return {
    items,
    total: await countPlanEntries(db, planId, kind),
    ...(rows.length > limit && last && { nextCursor: String(last.ordinal) }),
  };
}

function ordinalOf(cursor = '0'): number {
  if (!/^\d{1,9}$/.test(cursor)) throw new AppError('invalid_request', 'This cursor is not ours.');
  return Number(cursor);
}

/** Begins a plan; gives its id. */
export function createPlan(db: Db, actor: Actor, plan: NewPlan): Promise<number> {
  return insertPlan(db, actor.accountId, plan);
}

/** Says that all rows are there: counts them, and opens the plan for its commit. */
export async function finishPlan(db: Db, planId: number): Promise<void> {
  await recountPlan(db, planId);
}

/** Moves a plan from one state to the next; refuses where it is in another, so that one of two callers wins. */
export async function setPlanState(
  db: Db,
  planId: number,
  from: PlanState,
  to: { state: PlanState; jobId?: string; failure?: { code: string; message: string } },
): Promise<void> {
  if (!(await updatePlanState(db, planId, from, to))) throw notReady();
}

/** Makes a plan real, by the committer of its action. */
export async function commitPlan(
  db: Db,
  actor: Actor,
  committers: Committers,
  planId: number,
  options: PlanCommit,
  confirm: Confirm,
): Promise<Committed> {
  const plan = await getPlan(db, actor, planId);
  const committer = Object.entries(committers).find(([action]) => action === plan.action)?.[1];
  if (!committer) throw notReady();
  return committer(db, actor, plan, options, confirm);
}

/**
 * Makes a plan real in one change: `work` writes what the plan says, and throws `planMoved` where the rows are
 * no longer as the plan saw them. Of two commits one takes effect. From `committing` by the job that claimed it.
 */
export function commitInChange(
  db: Db,
  actor: Actor,
  { id, action, reason = null, undoesChangeId, months }: PlannedChange,
  from: 'ready' | 'committing',
  work: (trx: Trx) => Promise<void>,
): Promise<Committed> {
  return inChange(
    db,
    actor,
    action,
    reason,
    async (trx) => {
      await holdPlan(trx, actor, id, from);
      await work(trx);
      await markCommitted(trx, id);
      const plan = asPlan(visible(actor, await findPlan(trx, id)));
      return { plan, changeId: plan.changeId, jobId: plan.jobId };
    },
    { undoesChangeId, months, tells: tellings[action] },
  );
}

/** What others hear of a plan that became real, by its action. */
const tellings: Partial<Record<Action, Telling>> = {
  'users:extend': { event: 'users_bulk', ofOne: 'users_extended', facts: { action: 'extend' } },
  'users:update': { event: 'users_bulk', facts: { action: 'update' } },
  'users:delete': { event: 'users_bulk', facts: { action: 'delete' } },
  'users:import': { event: 'users_imported' },
  'legacy:import': { event: 'users_imported' },
  'changes:undo': { event: 'change_undone' },
  'snapshots:restore': { event: 'snapshot_restored' },
};

interface PlannedChange extends ChangeDetails {
  /** The plan's. */
  id: number;
  action: Action;
  reason?: string | null;
}

/**
 * Holds a plan that is still to be made real, so that of two commits one takes effect. A job's is stopped by its end:
 * what was stopped cannot finish.
 */
export async function holdPlan(
  trx: Trx,
  actor: Actor,
  planId: number,
  from: 'ready' | 'committing',
): Promise<void> {
  const hold = from === 'committing' ? holdRun : lockPlan;
  const { state } = visible(actor, await hold(trx, planId));
  if (state === 'committed') throw committedBefore();
  if (state !== from) throw notReady();
}

/** Locks what the plan changes or removes of a table; refuses where a row is no longer as the plan saw it. */
export async function holdPlannedRows(
  trx: Trx,
  planId: number,
  table: WrittenTable,
): Promise<void> {
  if (await lockPlannedRows(trx, planId, table)) throw planMoved();
}

/** Says that the plan is the change of this transaction. */
export async function markCommitted(trx: Trx, planId: number): Promise<void> {
  await savePlanCommitted(trx, planId);
}

/**
 * Some of a plan's rows, by their ordinals. A large plan is gone through in windows: each statement ends well
 * before its timeout, tells how far it is, and finds its rows by the key although a new plan has no statistics.
 */
export interface Window {
  after: number;
  to: number;
}

export async function listWindows(trx: Trx, planId: number, size: number): Promise<Window[]> {
  const last = await findLastOrdinal(trx, planId);
  return Array.from({ length: Math.ceil(last / size) }, (_, index) => ({
    after: index * size,
    to: (index + 1) * size,
  }));
}

export function planMoved(): AppError {
  return new AppError('plan_moved', 'The data moved since this was worked out. Look again.');
}

function notReady(): AppError {
  return new AppError('plan_not_ready', 'This is not ready to be committed.');
}

/** Of a second commit. */
export function committedBefore(): AppError {
  return new AppError('plan_committed', 'This was committed before.');
}

/** A plan shows rows, so it is asked again whether its maker may still see their servers. */
function visible(actor: Actor, plan: PlanRow | undefined): PlanRow {
  if (!plan || plan.accountId !== actor.accountId) throw notFound();
  const { serverIds } = plan;
  const isVisible = serverIds?.every((id) => inScope(actor.scope, id)) ?? actor.role === 'admin';
  if (!isVisible) throw notFound();
  if (plan.isExpired && plan.state !== 'committed')
    throw new AppError('plan_expired', 'A plan is kept for an hour. Make it again.');
  return plan;
}

function asPlan({ accountId, serverIds, isExpired, counts, ...plan }: PlanRow): Plan {
  return { ...plan, counts: PlanCounts.parse({ ...noCounts, ...counts }) };
}

const noCounts: PlanCounts = {
  added: 0,
  changed: 0,
  unchanged: 0,
  removed: 0,
  skipped: 0,
  refused: 0,
  errors: 0,
  warnings: 0,
};
