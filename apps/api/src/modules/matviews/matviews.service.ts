import type { Matview, MatviewSwitch, RefreshAnswer, RefreshQuery } from '@cmp/shared/matviews';
import type { MatviewUse } from '#config.ts';
import { type Db, type Trx, withPatience } from '#database/client.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import type { Actor } from '#plugins/access.ts';
import {
  askForRefresh,
  dropMatview,
  type MatviewState,
  makeMatview,
  readMatview,
  refreshMatview,
  takeMatviewLock,
} from './matviews.repository.ts';
import type { Refresher } from './refresher.ts';

/** Making it counts every user, once. */
const makingMs = 600_000;

export async function getMatview(db: Db, use: MatviewUse): Promise<Matview> {
  const state = await readMatview(db);
  const { name, exists, uniqueIndex, concurrentSupported, refreshes } = state;
  const { refreshing, pending, waiting, lastSuccess } = state;
  const last = refreshes.at(-1);
  return {
    ...{ name, exists, uniqueIndex, concurrentSupported },
    ...{ refreshing, pending, waiting, lastSuccess, refreshes },
    ...{ rows: last?.rows ?? null, lastMs: last?.ms ?? null },
    everySeconds: isUsed(state, use) ? refreshEverySeconds : null,
  };
}

/** What those who watch want to know; undefined where the view is not there. */
export async function readMatviewFacts(
  db: Db,
): Promise<Pick<MatviewState, 'refreshing' | 'pending' | 'ageSeconds'> | undefined> {
  const { exists, refreshing, pending, ageSeconds } = await readMatview(db);
  return exists ? { refreshing, pending, ageSeconds } : undefined;
}

/** Makes the view, with what it is to say, or drops it: a change, which its reason tells. */
export async function switchMatview(
  db: Db,
  databaseUrl: string,
  actor: Actor,
  { exists }: MatviewSwitch,
  use: MatviewUse,
): Promise<Matview> {
  const before = await readMatview(db);
  if (before.exists !== exists)
    await withPatience(databaseUrl, makingMs, (patient) =>
      inChange(
        patient,
        actor,
        'matviews:update',
        `${before.name} ${exists ? 'made' : 'dropped'}`,
        exists ? makeMatview : dropMatview,
      ),
    );
  return getMatview(db, use);
}

/** Asks for a refresh, or answers when it is there. */
export async function askRefresh(
  { enqueue, refresh }: Refresher,
  { mode }: RefreshQuery,
): Promise<RefreshAnswer> {
  if (mode === 'enqueue') {
    await enqueue();
    return { ok: true, enqueued: true };
  }
  await refresh();
  return { ok: true, refreshed: true };
}

/** How often it is refreshed though nobody asks, and how old it may be for the overview to count from it. */
const refreshEverySeconds = 30 * 60;
const freshSeconds = 60 * 60;

/** Since when what the view says holds, where it may be counted from: it is used, and fresh enough. */
export async function findFreshSince(db: Db, use: MatviewUse): Promise<string | null> {
  if (use === 'off') return null;
  const state = await readMatview(db);
  const { ageSeconds, lastSuccess } = state;
  if (!isUsed(state, use) || ageSeconds === null || ageSeconds >= freshSeconds) return null;
  return lastSuccess;
}

const retrySeconds = 60;

/** Sees to it that the view does not grow old where it is used, and that nothing asked for is forgotten. */
export async function tendMatview(db: Db, { catchUp }: Refresher, use: MatviewUse): Promise<void> {
  const state = await readMatview(db);
  const { exists, refreshing, pending, ageSeconds, lastFailure } = state;
  if (!exists || refreshing) return;
  if (lastFailure !== null && Date.now() - Date.parse(lastFailure) < retrySeconds * 1000) return;

  const isOld = ageSeconds === null || ageSeconds >= refreshEverySeconds;
  if (!pending && isOld && isUsed(state, use)) await askForRefresh(db);
  await catchUp();
}

/** Replaces all data: what the view says of the data before is nobody's to read afterwards. */
export async function replaceUnderMatview<Result>(
  trx: Trx,
  replace: () => Promise<Result>,
): Promise<Result> {
  // Before any table: a refresh, too, has this lock first.
  await takeMatviewLock(trx);
  const replaced = await replace();
  const { exists } = await readMatview(trx);
  if (exists) await refreshMatview(trx, await askForRefresh(trx));
  return replaced;
}

function isUsed({ exists, uniqueIndex }: MatviewState, use: MatviewUse): boolean {
  if (use === 'off') return false;
  return exists && (use === 'on' || uniqueIndex);
}
