import { undoWork } from '#modules/changes/undo.service.ts';
import type { JobWorks } from '#modules/jobs/jobs.service.ts';
import { importWorks } from '#modules/spreadsheets/imports.service.ts';

/** What each kind of job does: the same for who runs it and for who stops it. */
export function jobWorks(uploadsDir: string): JobWorks {
  return { ...importWorks(uploadsDir), 'undo:commit': undoWork };
}
