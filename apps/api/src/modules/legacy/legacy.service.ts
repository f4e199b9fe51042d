import { open } from 'node:fs/promises';
import { type Committed, type Plan, PlanCommit } from '@cmp/shared/changes';
import type { LegacyPasswords, LegacySubject } from '@cmp/shared/legacy';
import { GrantLevel, Role } from '@cmp/shared/permissions';
import { nameKey } from '@cmp/shared/primitives';
import * as z from 'zod';
import type { Db, Trx } from '#database/client.ts';
import { AppError, notFound } from '#lib/errors.ts';
import { hashPassword, oneTimePasswordOf } from '#lib/passwords.ts';
import { runBounded, SubprocessError } from '#lib/subprocess.ts';
import { addAccount, oneTimeHours } from '#modules/accounts/accounts.service.ts';
import { giveGrants } from '#modules/accounts/grants.service.ts';
import { once } from '#modules/changes/changes.service.ts';
import { type RunningJob, startJob } from '#modules/jobs/jobs.service.ts';
import type { JobQueue } from '#modules/jobs/queue.ts';
import {
  type Committer,
  commitInChange,
  createPlan,
  finishPlan,
  getPlan,
  holdPlannedRows,
  planMoved,
  setPlanState,
} from '#modules/plans/plans.service.ts';
import { addServers } from '#modules/servers/servers.service.ts';
import { servicesSold } from '#modules/services/services.service.ts';
import { readGeneral } from '#modules/settings/settings.service.ts';
import { writePlannedUsers } from '#modules/users/planned-users.service.ts';
import type { Actor } from '#plugins/access.ts';
import {
  addLegacyRows,
  addLegacyUsers,
  compareLegacy,
  findWaitingAccounts,
  listPlannedAccounts,
  listPlannedServers,
  type PlannedAccount,
  saveLegacySubject,
} from './legacy.repository.ts';

/** What a commit of such a plan may say. */
export type LegacyChoice = Pick<PlanCommit, 'skipErrors' | 'withAccounts' | 'keepPasswords'>;

/** Begins a plan for the snapshot of an older portal; gives its id. `fillLegacyPlan` reads the file into it. */
export function createLegacyPlan(db: Db, actor: Actor, fileName: string): Promise<number> {
  const subject = { fileName, type: null, createdAt: null } satisfies LegacySubject;
  return createPlan(db, actor, {
    ...{ action: 'legacy:import', state: 'parsing', subject, serverIds: null },
  });
}

/** Reads the file, in a child that can be killed, into its plan, and compares it with what is here. */
export async function fillLegacyPlan(
  db: Db,
  planId: number,
  path: string,
  { signal, progress = () => {} }: { signal?: AbortSignal; progress?: (done: number) => void } = {},
): Promise<void> {
  const { dateOrder, timeZone } = await readGeneral(db);
  const services = (await servicesSold(db)).map(({ name, aliases }) => ({ name, aliases }));
  const rules = JSON.stringify({ dateOrder, timeZone, services });
  let done = 0;
  for await (const line of readLegacy(path, rules, signal)) {
    if (line.startsWith('{')) await saveLegacySubject(db, planId, told(line));
    else done += await addLegacyRows(db, planId, done, line);
    progress(done);
  }
  await db.transaction().execute((trx) => compareLegacy(trx, planId));
  await finishPlan(db, planId);
}

const Told = z.union([
  z.object({ type: z.string().nullable(), createdAt: z.string().nullable() }),
  z.object({ message: z.string() }),
]);

function told(line: string): { type: string | null; createdAt: string | null } {
  const said = Told.parse(JSON.parse(line));
  if ('message' in said) throw new AppError('file_unreadable', said.message);
  return said;
}

async function* readLegacy(path: string, rules: string, signal?: AbortSignal) {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > mostBytes)
      throw new AppError('file_too_large', 'A snapshot of an older portal may have 100 MB.', {
        ...{ limit: 'bytes', most: mostBytes },
      });
    yield* runBounded({
      entry: new URL('./legacy-reader.child.ts', import.meta.url),
      input: rules,
      descriptor: file.fd,
      cpuSeconds: 5 + (size / 1_000_000) * 2.5,
      memoryMegabytes: 1_500,
      ...(signal && { signal }),
    });
  } catch (error) {
    throw error instanceof SubprocessError
      ? new AppError('file_unreadable', 'Reading this file came to no end.', {
          reason: error.reason,
        })
      : error;
  } finally {
    await file.close();
  }
}

const mostBytes = 100_000_000;

/** Refuses what cannot be committed as it is asked. */
export function judgeLegacy({ state, counts }: Plan, { skipErrors = false }: LegacyChoice): void {
  if (state !== 'ready') return;
  if (counts.errors > 0 && !skipErrors)
    throw new AppError('plan_has_errors', 'Rows are in error. Choose to leave them out.', {
      errors: counts.errors,
    });
  if (counts.added + counts.changed === 0)
    throw new AppError('plan_empty', 'There is nothing to change.');
}

/** The most rows that are written while the request waits. */
const rowsAtOnce = 1_000;

/** Makes such a plan real: at once where it is small, else by a job. */
export function legacyCommitter(queue: JobQueue, tokenKey: Buffer): Committer {
  return async (db, actor, plan, { password, ...choice }, confirm) => {
    judgeLegacy(plan, choice);
    if (choice.withAccounts) await confirm(password);
    const { id, counts } = plan;
    if (counts.added + counts.changed <= rowsAtOnce)
      return commitLegacy(db, actor, tokenKey, id, choice, 'ready');

    const { jobId } = await once(db, actor, async (trx) => {
      const job = await startJob(trx, queue, actor, {
        ...{ kind: 'restore:write', planId: id, subject: choice },
      });
      await setPlanState(trx, id, 'ready', { state: 'committing', jobId: job });
      return { jobId: job };
    });
    queue.wake('restore:write');
    return { plan: await getPlan(db, actor, id), changeId: null, jobId };
  };
}

/** The same, by the job. */
export async function writeLegacy(db: Db, job: RunningJob, tokenKey: Buffer): Promise<void> {
  const choice = PlanCommit.parse(job.subject);
  job.progress({ phase: 'writing' });
  await commitLegacy(db, job.actor, tokenKey, job.planId, choice, 'committing', (trx) =>
    job.finish(trx, 'change'),
  );
}

/** Makes the plan real as one change. Accounts come only where that was asked for. */
export async function commitLegacy(
  db: Db,
  actor: Actor,
  tokenKey: Buffer,
  planId: number,
  { withAccounts = false, keepPasswords = false }: LegacyChoice,
  from: 'ready' | 'committing',
  finish: (trx: Trx) => Promise<void> = async () => {},
): Promise<Committed> {
  const planned = withAccounts ? await listPlannedAccounts(db, planId) : [];
  const hashes = new Map<string, string>();
  for (const { username, passwordHash } of planned)
    if (!keepPasswords || passwordHash === null)
      hashes.set(username, await hashPassword(passwordOf(tokenKey, planId, username)));

  return commitInChange(db, actor, { id: planId, action: 'legacy:import' }, from, async (trx) => {
    await holdPlannedRows(trx, planId, 'users');
    const servers = await listPlannedServers(trx, planId);
    if (servers.length > 0) await addServers(trx, servers);
    await writePlannedUsers(trx, planId, 'changed');
    if (await addLegacyUsers(trx, planId)) throw planMoved();
    // Asked again: by now the servers of the grants are here.
    if (withAccounts) await addAccounts(trx, await listPlannedAccounts(trx, planId), hashes);
    await finish(trx);
  });
}

async function addAccounts(
  trx: Trx,
  accounts: PlannedAccount[],
  hashes: ReadonlyMap<string, string>,
): Promise<void> {
  for (const { username, displayName, role, passwordHash, grants } of accounts) {
    const made = hashes.get(username);
    const hash = made ?? passwordHash;
    if (hash === null) throw planMoved();
    const accountId = await addAccount(
      trx,
      {
        ...{ username, displayName, email: null, role: Role.parse(role) },
        ...{ passwordHash: hash, mustChangePassword: made !== undefined },
      },
      made === undefined ? null : oneTimeHours,
    );
    await giveGrants(
      trx,
      accountId,
      grants.map(({ serverId, level }) => ({ serverId, level: GrantLevel.parse(level) })),
    );
  }
}

/** The one-time passwords that a committed plan made and that still wait for their first use. */
export async function readLegacyPasswords(
  db: Db,
  actor: Actor,
  tokenKey: Buffer,
  planId: number,
): Promise<LegacyPasswords> {
  const { action, state, changeId } = await getPlan(db, actor, planId);
  if (action !== 'legacy:import' || state !== 'committed' || changeId === null) throw notFound();
  const waiting = await findWaitingAccounts(db, changeId);
  const items = waiting.map(({ username, expiresAt }) => ({
    ...{ username, oneTimePassword: passwordOf(tokenKey, planId, username), expiresAt },
  }));
  return { items, total: items.length };
}

function passwordOf(tokenKey: Buffer, planId: number, username: string): string {
  return oneTimePasswordOf(tokenKey, `legacy ${planId} ${nameKey(username)}`);
}
