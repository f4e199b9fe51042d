import type { ServingUrls } from '#database/serving-urls.ts';
import type { Keys } from '#lib/keys.ts';
import type { Resolve } from '#lib/outbound.ts';
import { undoWork } from '#modules/changes/undo.service.ts';
import type { JobWorks } from '#modules/jobs/jobs.service.ts';
import { restoreWorks } from '#modules/restore/restore.jobs.ts';
import { snapshotWorks } from '#modules/snapshots/snapshots.jobs.ts';
import { importWorks } from '#modules/spreadsheets/imports.service.ts';
import type { Config } from './config.ts';

/** What jobs work with beside the database that serves. */
export interface WorkPlace
  extends Pick<Config, 'uploadsDir' | 'snapshotsDir' | 'versions' | 'settings' | 'matviewUse'> {
  keys: Keys;
  /** As the role that serves, for what wants a connection of its own. */
  databaseUrl: string;
  /** The role that owns the tables: who may put back what nobody else may write. Undefined where it is not known here. */
  ownerUrl: string | undefined;
  /** Hears what nobody waits for: a rehearsal that failed. */
  tell?: (failure: unknown) => void;
  /** Who is asked for the addresses of names. */
  resolve?: Resolve;
}

/** Every kind of work there is, by the kind of its job: the table of contents. */
export function allWorks(place: WorkPlace): JobWorks {
  return {
    ...importWorks(place.uploadsDir),
    'undo:commit': undoWork,
    ...snapshotWorks(place),
    ...restoreWorks(place),
  };
}

export function placeOfWork(
  { uploadsDir, snapshotsDir, versions, settings, matviewUse }: Config,
  keys: Keys,
  { appUrl: databaseUrl, ownerUrl }: ServingUrls,
): WorkPlace {
  return { uploadsDir, snapshotsDir, versions, settings, matviewUse, keys, databaseUrl, ownerUrl };
}
