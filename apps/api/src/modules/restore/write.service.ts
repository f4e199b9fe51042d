import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { SnapshotKind } from '@cmp/shared/snapshots';
import * as z from 'zod';
import type { Db, Trx } from '#database/client.ts';
import { brokenConstraint, isUnavailable } from '#database/violations.ts';
import { AppError } from '#lib/errors.ts';
import { changesMade } from '#lib/metrics.ts';
import { hashPassword, oneTimePassword } from '#lib/passwords.ts';
import type { RunningJob } from '#modules/jobs/jobs.service.ts';
import { replaceUnderMatview } from '#modules/matviews/matviews.service.ts';
import { tell } from '#modules/notifications/events.service.ts';
import {
  commitInChange,
  getPlan,
  holdPlan,
  holdPlannedRows,
  markCommitted,
  planMoved,
} from '#modules/plans/plans.service.ts';
import { lockOrderOfServers } from '#modules/servers/servers.service.ts';
import { tellingLeftTargets } from '#modules/settings/moved-targets.service.ts';
import type { SettingsPlace } from '#modules/settings/settings.service.ts';
import { makeSnapshot } from '#modules/snapshots/create-snapshot.service.ts';
import { listTables } from './catalogue.repository.ts';
import { writeMerge } from './merge-write.repository.ts';
import { type WhereItLies, withPlannedSnapshot } from './read.service.ts';
import { refuseUnfit } from './refusals.ts';
import { Begun, type RestorePlace, requireOwner, restoreRunning } from './restore.service.ts';
import { findNameKey, leaveRestoreLock, tryRestoreLock } from './restore-plans.repository.ts';
import { loadBeside } from './scratch.repository.ts';
import { withScratch } from './scratch.ts';
import type { Opened } from './snapshot-source.ts';
import { analyzeTables, beginReplacement, hasAdmin, type Swap, swapIn } from './swap.repository.ts';
import { isReached, mergedTables } from './tables.ts';

const Choice = z.object({ withAccounts: z.boolean() });

type Run = Pick<RunningJob, 'planId' | 'actor' | 'subject' | 'signal' | 'progress' | 'finish'> &
  WhereItLies;

/** Puts back what the plan says. What is here now is saved first. */
export function writeRestore(db: Db, place: RestorePlace, run: Run): Promise<void> {
  return withRestoreLock(db, async () => {
    run.progress({ phase: 'saving' });
    const { actor, signal } = run;
    await makeSnapshot(db, place, actor, { kind: 'database', reason: 'safety', signal });
    const { mode } = Begun.parse((await getPlan(db, run.actor, run.planId)).subject);
    await (mode === 'merge' ? merge(db, place, run) : replace(db, place, run));
  });
}

async function merge(
  db: Db,
  place: RestorePlace,
  { planId, actor, progress, finish }: Run,
): Promise<void> {
  const { counts } = await getPlan(db, actor, planId);
  const total = counts.added + counts.changed;
  await commitInChange(
    db,
    actor,
    { id: planId, action: 'snapshots:restore' },
    'committing',
    async (trx) => {
      await lockOrderOfServers(trx);
      for (const table of mergedTables) await holdPlannedRows(trx, planId, table);
      try {
        await tellingLeftTargets(trx, settingsOf(place), actor, () =>
          writeMerge(trx, planId, (done) => progress({ phase: 'writing', done, total })),
        );
      } catch (error) {
        // A name that was free when the plan was made.
        throw brokenConstraint(error) ? planMoved() : error;
      }
      await finish(trx, 'change');
    },
  );
}

function settingsOf({ keys, settings: overrides }: RestorePlace): SettingsPlace {
  return { key: keys.settings, overrides };
}

async function replace(db: Db, place: RestorePlace, run: Run): Promise<void> {
  const { withAccounts } = Choice.parse(run.subject);
  const schema = `restore_${run.planId}`;
  await withScratch(requireOwner(place), schema, (owner) =>
    withPlannedSnapshot(db, place, run, (source, snapshot, _, path) =>
      refuseUnfit(async () => {
        const shapes = (await listTables(owner)).filter(({ name }) =>
          isReached(name, snapshot.manifest.kind, withAccounts),
        );
        const total = source.tables
          .filter((table) => shapes.some(({ name }) => name === table.name))
          .reduce((sum, { rows }) => sum + rows, 0);
        const tables = await loadBeside(owner, schema, source, shapes, (done) =>
          run.progress({ phase: 'loading', done, total }),
        );
        run.signal.throwIfAborted();
        const { sequences, isForeign } = source;
        const { kind } = snapshot.manifest;
        const passwordHash = await hashPassword(oneTimePassword());
        const swap = { schema, tables, sequences, isForeign, kind, withAccounts, passwordHash };
        const sha256 = await digestOf(path);
        await takeTurns(() =>
          owner.transaction().execute(async (trx) => {
            await holdPlan(trx, run.actor, run.planId, 'committing');
            const nameKey = await findNameKey(trx, run.actor.accountId);
            const added = await tellingLeftTargets(trx, settingsOf(place), run.actor, () =>
              replaceUnderMatview(trx, () =>
                swapIn(trx, run.planId, swap, (done) =>
                  run.progress({ phase: 'replacing', done, total }),
                ),
              ),
            );
            if (withAccounts) await requireAdmin(trx);
            await record(trx, run, nameKey, reasonOf(snapshot, sha256, swap, added));
          }),
        );
        await analyzeTables(
          owner,
          tables.map(({ name }) => name),
        );
      }),
    ),
  );
  changesMade.inc({ action: 'snapshots:restore' });
}

async function record(
  trx: Trx,
  { actor, planId, finish, progress }: Run,
  nameKey: string | null,
  reason: string,
): Promise<void> {
  const { username: accountName, via, ip, requestId } = actor;
  await beginReplacement(trx, { accountName, via, ip, requestId }, nameKey, reason);
  await tell(trx, {
    event: 'snapshot_restored',
    actorName: accountName,
    facts: { mode: 'replace' },
  });
  await markCommitted(trx, planId);
  await finish(trx, 'change');
  progress({ phase: 'committing' });
}

async function requireAdmin(trx: Trx): Promise<void> {
  if (!(await hasAdmin(trx)))
    throw new AppError('last_admin', 'No account in this file could administer the portal.');
}

/** Names the file by its digest, and what came of it. */
function reasonOf(
  { manifest }: Opened,
  sha256: string,
  { tables, withAccounts, kind }: Pick<Swap, 'tables' | 'withAccounts' | 'kind'>,
  added: string[],
): string {
  const counts = tables.map(({ name, rows }) => `${name} ${rows}`).join(', ');
  const what = withAccounts ? wholeOrJoined[kind] : 'without accounts and log';
  const names = added.length > 0 ? `; added, disabled: ${added.join(', ')}` : '';
  return `${manifest.siteName.slice(0, 80)}, sha256 ${sha256}, ${what}: ${counts}${names}`.slice(
    0,
    500,
  );
}

const wholeOrJoined = {
  database: 'accounts and log included',
  config: 'accounts that were missing included',
} as const satisfies Record<SnapshotKind, string>;

async function digestOf(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}

/** Somebody else's locks may lead to a deadlock, or hold longer than we wait: then the swap begins again. */
async function takeTurns(swap: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await swap();
    } catch (error) {
      if (tries === 5 || !isUnavailable(error)) throw error;
      await wait(500 * tries);
    }
  }
}

/** One restore at a time, on whichever process. A killed one holds its lock until its connection is known dead. */
export function withRestoreLock<Result>(db: Db, work: () => Promise<Result>): Promise<Result> {
  return db.connection().execute(async (connection) => {
    if (!(await tryRestoreLock(connection))) throw restoreRunning();
    try {
      return await work();
    } finally {
      await leaveRestoreLock(connection);
    }
  });
}
