import type { SnapshotKind } from '@cmp/shared/snapshots';

/** What becomes of a table of a snapshot when the data is replaced. */

/** Who may sign in, what they may do, and what was done: only by the separate step. */
const separate: ReadonlySet<string> = new Set([
  'accounts',
  'changes',
  'entries',
  'grants',
  'notification_preferences',
  'sign_in_attempts',
  'telegram_chats',
]);

export function isSeparate(table: string): boolean {
  return separate.has(table);
}

/** What a configuration puts in the place of what is here. */
const configured: ReadonlySet<string> = new Set(['settings', 'images']);

/** What a configuration adds to by name: users refer to services, and everything to accounts. */
const joined: ReadonlySet<string> = new Set(['services', 'accounts']);

/** Whether a replacement by a snapshot of this kind has a line for the table. */
export function isReplaced(table: string, kind: SnapshotKind): boolean {
  return kind === 'database' || configured.has(table) || joined.has(table);
}

/** Whether the rows of the table come among those that are here, instead of in their place. */
export function isJoined(table: string, kind: SnapshotKind): boolean {
  return kind === 'config' && joined.has(table);
}

/** Whether a replacement writes the table, with the separate step or without. */
export function isReached(table: string, kind: SnapshotKind, withAccounts: boolean): boolean {
  return isReplaced(table, kind) && (withAccounts || !isSeparate(table));
}

/** The tables that a merge reads. */
export const mergedTables = ['services', 'servers', 'users', 'settings'] as const;

/** Large, and referred to by nothing: emptied at once instead of row by row. */
export const truncated: ReadonlySet<string> = new Set(['users', 'entries']);
