import type { Action } from '@cmp/shared/permissions';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';
import { type Slot, statement } from '#database/statement.ts';
import { AppError } from '#lib/errors.ts';
import { changesMade } from '#lib/metrics.ts';
import { type Telling, tellOfChange } from '#modules/notifications/events.service.ts';
import type { Actor, Idempotency } from '#plugins/access.ts';

/** What a change can be of: an action of the table of rights, or what the portal does by itself. */
export type ChangeAction = Action | 'setup' | 'seed' | 'accounts:sign-in';

/** What some changes say of themselves besides. */
export interface ChangeDetails {
  undoesChangeId?: number | undefined;
  /** How many months an extension was for. */
  months?: number | undefined;
  /** What others hear of it. */
  tells?: Telling | undefined;
}

/**
 * The only way to write: the database refuses a write outside a change, and records those inside. A command
 * whose caller named it has one effect: its repeat answers what `work` gave the first time.
 */
export async function inChange<Result>(
  db: Db,
  actor: Actor,
  action: ChangeAction,
  reason: string | null,
  work: (trx: Trx) => Promise<Result>,
  more: ChangeDetails = {},
): Promise<Result> {
  const { answer, changeId, isRepeat } = await db.transaction().execute(async (trx) => {
    const kept = await findAnswer<Result>(trx, actor);
    if (kept) return { ...kept, isRepeat: true };

    const begunId = await beginChange(trx, actor, action, reason, more);
    const made = await work(trx);
    if (more.tells) await tellOfChange(trx, actor, begunId, more.tells);
    await keepAnswer(trx, actor, begunId, made);
    return { answer: made, changeId: begunId, isRepeat: false };
  });
  // Only now: a refusal on the way left no change to name.
  actor.changeId = changeId ?? undefined;
  if (!isRepeat) changesMade.inc({ action });
  return answer;
}

/** Does a command that is no change of data once: its repeat answers what `work` gave the first time. */
export async function once<Result>(
  db: Db,
  actor: Actor,
  work: (trx: Trx) => Promise<Result>,
): Promise<Result> {
  return db.transaction().execute(async (trx) => {
    const kept = await findAnswer<Result>(trx, actor);
    if (kept) return kept.answer;
    const made = await work(trx);
    await keepAnswer(trx, actor, null, made);
    return made;
  });
}

/** Tells in the log what alters no audited row, in a transaction that is under way. */
export async function noteChange(
  trx: Trx,
  actor: Author,
  action: ChangeAction,
  reason: string,
): Promise<void> {
  await beginChange(trx, actor, action, reason.slice(0, 500), {});
}

type Author = Pick<Actor, 'accountId' | 'username' | 'via' | 'ip' | 'requestId'>;

/** One round trip: the change's row, and its id bound to the transaction for the recording triggers. */
async function beginChange(
  trx: Trx,
  { accountId, username, via, ip, requestId }: Author,
  action: ChangeAction,
  reason: string | null,
  { undoesChangeId, months }: ChangeDetails,
): Promise<number> {
  const [change] = await newChange(trx, {
    ...{ accountId, accountName: username, via, action, reason, ip, requestId },
    undoesChangeId: undoesChangeId ?? null,
    months: months ?? null,
  });
  if (!change) throw new Error('The change was not begun.');
  return change.id;
}

interface NewChange {
  accountId: number | null;
  accountName: string;
  via: Actor['via'];
  action: ChangeAction;
  reason: string | null;
  ip: string | null;
  requestId: string | null;
  undoesChangeId: number | null;
  months: number | null;
}

const newChange = statement((db, slot: Slot<NewChange>) =>
  db
    .with('change', (cte) =>
      cte
        .insertInto('changes')
        .values({
          accountId: slot('accountId'),
          accountName: slot('accountName'),
          via: slot('via'),
          action: slot('action'),
          reason: slot('reason'),
          ip: slot('ip'),
          requestId: slot('requestId'),
          undoesChangeId: slot('undoesChangeId'),
          months: slot('months'),
        })
        .returning('id'),
    )
    .selectFrom('change')
    .select(['id', sql`set_config('cmp.change_id', id::text, true)`.as('bound')])
    .compile(),
);

/** What the first run answered. "Running" is a lock that dies with its transaction, so a crash leaves nothing. */
async function findAnswer<Result>(
  trx: Trx,
  { accountId, idempotency }: Actor,
): Promise<{ answer: Result; changeId: number | null } | undefined> {
  if (!idempotency || accountId === null) return undefined;

  const lock = sql<boolean>`pg_try_advisory_xact_lock(hashtextextended(${idempotency.key}, ${accountId}))`;
  const { isFree } = await trx.selectNoFrom(lock.as('isFree')).executeTakeFirstOrThrow();
  if (!isFree) throw new AppError('request_running', 'The same request is still being worked on.');

  const { rows } = await sql<{
    fingerprint: Buffer;
    answer: Result | null;
    changeId: number | null;
  }>`
    select fingerprint, answer, change_id from idempotency_keys
    where account_id = ${accountId} and key = ${idempotency.key}`.execute(trx);
  const [row] = rows;
  if (!row) return undefined;
  if (!row.fingerprint.equals(idempotency.fingerprint))
    throw new AppError(
      'idempotency_key_reused',
      'This Idempotency-Key was used for another request.',
    );
  if (row.answer === null)
    throw new AppError(
      'answer_not_kept',
      'This was done before; its answer was a secret and is not kept.',
    );
  return { answer: row.answer, changeId: row.changeId };
}

async function keepAnswer(
  trx: Trx,
  { accountId, idempotency }: Actor,
  changeId: number | null,
  answer: unknown,
): Promise<void> {
  if (!idempotency || accountId === null) return;
  await trx
    .insertInto('idempotencyKeys')
    .values({ accountId, changeId, ...recordOf(idempotency, answer) })
    .execute();
}

function recordOf({ key, fingerprint, isSecret }: Idempotency, answer: unknown) {
  // A command that answers nothing is told apart from one whose answer is not kept.
  return { key, fingerprint, answer: isSecret ? null : JSON.stringify(answer ?? {}) };
}
