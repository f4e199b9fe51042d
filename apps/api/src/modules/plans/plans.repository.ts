import type {
  Plan,
  PlanEntry,
  PlanEntryKind,
  PlanEntryQuery,
  PlanState,
} from '@cmp/shared/changes';
import type { Action } from '@cmp/shared/permissions';
import { type RawBuilder, sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

export interface PlanRow extends Omit<Plan, 'counts'> {
  accountId: number | null;
  serverIds: number[] | null;
  isExpired: boolean;
  counts: Partial<Plan['counts']>;
}

export function findPlan(db: Db, planId: number): Promise<PlanRow | undefined> {
  return planOf(db, planId).executeTakeFirst();
}

/** The plan, locked until the transaction ends, so that commits take turns. */
export function lockPlan(trx: Trx, planId: number): Promise<PlanRow | undefined> {
  return planOf(trx, planId).forUpdate().executeTakeFirst();
}

/**
 * Keeps other runs of the same work away, but not whoever stops it: a lock of the row would let a stop wait for the
 * end of what it is to stop.
 */
export async function holdRun(trx: Trx, planId: number): Promise<PlanRow | undefined> {
  await sql`select pg_advisory_xact_lock(hashtext('plans'), ${planId})`.execute(trx);
  return planOf(trx, planId).executeTakeFirst();
}

function planOf(db: Db, planId: number) {
  return db
    .selectFrom('plans')
    .select(['id', 'accountId', 'serverIds', 'action', 'changeId', 'jobId'])
    .select(['createdAt', 'expiresAt'])
    .select((eb) => [
      eb.ref('state').$castTo<PlanState>().as('state'),
      eb.ref('counts').$castTo<PlanRow['counts']>().as('counts'),
      eb.ref('subject').$castTo<Plan['subject']>().as('subject'),
      eb.ref('failure').$castTo<Plan['failure']>().as('failure'),
      sql<boolean>`expires_at <= now()`.as('isExpired'),
    ])
    .where('id', '=', planId);
}

export interface NewPlan {
  /** What the commit's change will be of. */
  action: Action;
  state: 'parsing' | 'ready';
  subject: Record<string, unknown>;
  /** The servers it is about; null where only an admin may see it. */
  serverIds: readonly number[] | null;
}

export async function insertPlan(
  db: Db,
  accountId: number | null,
  { action, state, subject, serverIds }: NewPlan,
): Promise<number> {
  const { id } = await db
    .insertInto('plans')
    .values({
      ...{ accountId, action, state, subject: JSON.stringify(subject) },
      serverIds: serverIds && [...serverIds],
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Counts the rows of a plan that has them all, which makes it ready. */
export async function recountPlan(db: Db, planId: number): Promise<void> {
  const of = (kind: PlanEntryKind) => sql`count(*) filter (where kind = ${kind})`;
  await sql`
    update plans set state = 'ready', counts = (
      select jsonb_build_object(
        'added', ${of('added')}, 'changed', ${of('changed')}, 'unchanged', ${of('unchanged')},
        'removed', ${of('removed')}, 'skipped', ${of('skipped')}, 'refused', ${of('refused')},
        'errors', ${of('error')}, 'warnings', count(*) filter (where warnings <> '[]'))
      from plan_entries where plan_id = ${planId})
    where id = ${planId}`.execute(db);
}

/** Whether the plan was in the state to leave. */
export async function updatePlanState(
  db: Db,
  planId: number,
  from: PlanState,
  { state, jobId, failure }: { state: PlanState; jobId?: string; failure?: Plan['failure'] },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('plans')
    .set({
      state,
      ...(jobId !== undefined && { jobId }),
      ...(failure !== undefined && { failure: JSON.stringify(failure) }),
    })
    .where('id', '=', planId)
    .where('state', '=', from)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** The change that is being made in this transaction is the plan's. */
export async function savePlanCommitted(trx: Trx, planId: number): Promise<void> {
  await trx
    .updateTable('plans')
    .set({ state: 'committed', changeId: sql`current_setting('cmp.change_id')::bigint` })
    .where('id', '=', planId)
    .execute();
}

export type WrittenTable = 'servers' | 'services' | 'settings' | 'users';

/** Locks the rows that the plan changes or removes, in the order of their ids; tells whether one is not as the plan saw it. */
export async function lockPlannedRows(
  trx: Trx,
  planId: number,
  table: WrittenTable,
): Promise<boolean> {
  const written = sql`p.plan_id = ${planId} and p.kind in ('changed', 'removed')
    and p.table_name = ${table}`;
  // By the index of the rows, whatever is thought of a plan that nobody has counted yet. Who goes to the bin gets
  // another version, too.
  const { rows } = await sql<{ hasMoved: boolean }>`
    with locked as materialized (
      select r.version = p.base_version as is_same
      from plan_entries p join ${sql.table(table)} r on r.id = p.row_id
      where ${written}
      order by r.id for update of r
    )
    select (select count(*) from plan_entries p where ${written})
      > count(*) filter (where is_same) as has_moved
    from locked`.execute(trx);
  return rows[0]?.hasMoved ?? false;
}

/** A page of a plan's rows in their order, behind `afterOrdinal`. */
export async function listPlanEntries(
  db: Db,
  planId: number,
  { kind, limit }: Pick<PlanEntryQuery, 'kind' | 'limit'>,
  afterOrdinal: number,
): Promise<PlanEntry[]> {
  const { rows } = await sql<PlanEntry>`
    select ordinal, kind, table_name as "table", row_id, name, file_row, before, after, reason,
      errors, warnings
    from plan_entries
    where plan_id = ${planId} and ordinal > ${afterOrdinal} and ${ofKind(kind)}
    order by ordinal limit ${limit}`.execute(db);
  return rows;
}

/** How many rows a plan has: their ordinals begin at 1 and leave none out. */
export async function findLastOrdinal(db: Db, planId: number): Promise<number> {
  const { rows } = await sql<{ last: number }>`
    select coalesce(max(ordinal), 0) as last from plan_entries where plan_id = ${planId}`.execute(
    db,
  );
  return rows[0]?.last ?? 0;
}

export async function countPlanEntries(
  db: Db,
  planId: number,
  kind: PlanEntryKind | undefined,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from plan_entries where plan_id = ${planId} and ${ofKind(kind)}`.execute(db);
  return rows[0]?.count ?? 0;
}

function ofKind(kind: PlanEntryKind | undefined): RawBuilder<unknown> {
  return kind === undefined ? sql`true` : sql`kind = ${kind}`;
}
