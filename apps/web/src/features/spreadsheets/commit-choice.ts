import type { PlanCounts } from '@cmp/shared/changes';
import type { ImportMode } from '@cmp/shared/workbook';

/** What can be done with a plan as it stands. */
export type CommitChoice =
  | { kind: 'nothing'; because: 'nothingToDo' | 'nothingValid' | 'mirrorErrors' }
  | { kind: 'commit'; rows: number; leavesOut: number; mustName: boolean };

/** A mirror is never made of a part of a file, and asks for the server's name where it deletes. */
export function commitChoiceOf(counts: PlanCounts, mode: ImportMode): CommitChoice {
  const rows = counts.added + counts.changed + counts.removed;
  if (mode === 'mirror' && counts.errors > 0) return { kind: 'nothing', because: 'mirrorErrors' };
  if (rows === 0)
    return { kind: 'nothing', because: counts.errors > 0 ? 'nothingValid' : 'nothingToDo' };
  return { kind: 'commit', rows, leavesOut: counts.errors, mustName: counts.removed > 0 };
}
