import { nameKey } from '@cmp/shared/primitives';
import type { Trx } from '#database/client.ts';
import { insertUsers, type NewUserRow } from './users.repository.ts';

/** Adds users within a change, in the order given. */
export function addUsers(
  trx: Trx,
  rows: Omit<NewUserRow, 'nameKey' | 'searchKey'>[],
): Promise<void> {
  return insertUsers(
    trx,
    rows.map((row) => ({ ...row, ...keysOf(row) })),
  );
}

/** What a name is found and compared by. The only place that folds a user's text. */
export function keysOf(user: {
  accountName: string;
  contact: string | null;
  remark: string | null;
}): { nameKey: string; searchKey: string } {
  const searched = [user.accountName, user.contact ?? '', user.remark ?? ''];
  return { nameKey: nameKey(user.accountName), searchKey: nameKey(searched.join('\n')) };
}
