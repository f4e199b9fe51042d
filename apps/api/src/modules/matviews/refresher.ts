import { setTimeout as wait } from 'node:timers/promises';
import { type Db, withPatience } from '#database/client.ts';
import { AppError } from '#lib/errors.ts';
import {
  askForRefresh,
  noteBegin,
  noteFailure,
  readMatview,
  refreshMatview,
  tryMatviewLock,
} from './matviews.repository.ts';

/** How long one refresh may take: readers go on meanwhile. */
const refreshMs = 600_000;

export interface Refresher {
  /** Asks for a refresh, and answers at once. */
  enqueue: () => Promise<void>;
  /** Answers when a refresh that began after this is there. */
  refresh: () => Promise<void>;
  /** Does what was asked for and nobody is doing: also what a process that died has left. */
  catchUp: () => Promise<void>;
}

/**
 * Refreshes the status view, on connections of its own. Of all processes one is at it, and whoever asks
 * meanwhile is served by the next one, together with all others: however many ask, two refreshes do.
 */
export function matviewRefresher(
  db: Db,
  databaseUrl: string,
  tell: (failure: unknown) => void,
): Refresher {
  let underWay: Promise<void> | undefined;
  const catchUp = () => {
    underWay ??= refreshPending(db, databaseUrl).finally(() => {
      underWay = undefined;
    });
    return underWay;
  };

  async function enqueue(): Promise<void> {
    await ask(db);
    catchUp().catch(tell);
  }

  async function refresh(): Promise<void> {
    const number = await ask(db);
    for (;;) {
      // What this process was at already may have begun before the number was given: its failure is not ours.
      await (underWay ? Promise.allSettled([underWay]) : catchUp());
      const { exists, served, failed } = await readMatview(db);
      if (!exists) throw missing();
      if (served >= number) return;
      if (failed >= number)
        throw new AppError('unavailable', 'The refresh that this waited for failed.');
      await wait(100); // Another process is at it.
    }
  }

  return { enqueue, refresh, catchUp };
}

async function ask(db: Db): Promise<number> {
  const { exists } = await readMatview(db);
  if (!exists) throw missing();
  return askForRefresh(db);
}

function missing(): AppError {
  return new AppError('matview_missing', 'The view is not there.');
}

/** Until nobody waits, or somebody else is at it: they look again when they are done. */
async function refreshPending(db: Db, databaseUrl: string): Promise<void> {
  for (;;) {
    const { exists, pending, refreshing } = await readMatview(db);
    if (!exists || !pending || refreshing) return;
    if ((await refreshUnlessBusy(databaseUrl)) === 'busy') return;
  }
}

/** The lock, the refresh and the note of it are one transaction's: a process that is killed leaves none of them. */
function refreshUnlessBusy(databaseUrl: string): Promise<'done' | 'busy'> {
  return withPatience(databaseUrl, refreshMs, (patient) =>
    patient.transaction().execute(async (trx) => {
      if (!(await tryMatviewLock(trx))) return 'busy';
      const serving = await noteBegin(patient);
      try {
        await refreshMatview(trx, serving);
      } catch (error) {
        await noteFailure(patient, serving, String(error));
        throw error;
      }
      return 'done';
    }),
  );
}
