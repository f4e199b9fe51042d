/** What becomes of a table of a snapshot when the data is replaced. */

/** Who may sign in, what they may do, and what was done: only by the separate step. */
const separate: ReadonlySet<string> = new Set([
  'accounts',
  'changes',
  'entries',
  'grants',
  'sign_in_attempts',
]);

export function isSeparate(table: string): boolean {
  return separate.has(table);
}

/** The tables that a merge reads. */
export const mergedTables = ['services', 'servers', 'users', 'settings'] as const;
export type MergedTable = (typeof mergedTables)[number];

/** Large, and referred to by nothing: emptied at once instead of row by row. */
export const truncated: ReadonlySet<string> = new Set(['users', 'entries']);
