import { nameKey } from '@cmp/shared/primitives';

/** What a name is found and compared by. The only place that folds a user's text. */
export function keysOf(user: {
  accountName: string;
  contact: string | null;
  remark: string | null;
}): { nameKey: string; searchKey: string } {
  const searched = [user.accountName, user.contact ?? '', user.remark ?? ''];
  return { nameKey: nameKey(user.accountName), searchKey: nameKey(searched.join('\n')) };
}
