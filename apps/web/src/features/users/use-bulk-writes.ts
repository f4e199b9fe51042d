import { type BulkAction, type BulkWish, CHOSEN_AT_MOST, type Plan } from '@cmp/shared/changes';
import type { User } from '@cmp/shared/users';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { offerUndo } from '#components/undo-toast.tsx';
import { connection } from '#lib/connection.ts';
import type { Selection } from './use-selection.ts';
import { makeBulk } from './users.queries.ts';

export interface BulkWrites {
  isPending: boolean;
  /** Whether the account may do this to every ticked user, and they are not too many. */
  allows: (action: BulkAction) => boolean;
  extend: () => void;
  turn: (enabled: boolean) => void;
  remove: () => void;
}

/** What all ticked users can have done to them at once, as one change that one Undo takes back. */
export function useBulkWrites(
  { users, clear }: Selection,
  may: (action: BulkAction, user: User) => boolean,
): BulkWrites {
  const { t } = useTranslation();
  const making = useMutation({
    ...makeBulk,
    onSuccess: ({ plan, changeId }, wish) => {
      clear();
      if (changeId === null) {
        toast(t('users.bulk.nothing'));
        return;
      }
      const done = t(wordFor(wish), { count: plan.counts.changed + plan.counts.removed });
      const left = leftBy(plan);
      offerUndo(left > 0 ? `${done} ${t('users.bulk.left', { count: left })}` : done, changeId);
    },
  });

  const ids = [...users.keys()];
  const allows = (action: BulkAction) =>
    ids.length <= CHOSEN_AT_MOST && [...users.values()].every((user) => may(action, user));

  function make(wish: BulkWish) {
    if (making.isPending || !allows(wish.action)) return;
    if (connection.get().online) making.mutate(wish);
    else toast(t('states.offlineWrite'));
  }

  return {
    isPending: making.isPending,
    allows,
    extend: () => make({ action: 'users:extend', ids, months: 1 }),
    turn: (enabled) => make({ action: 'users:update', ids, set: { enabled } }),
    remove: () => make({ action: 'users:delete', ids }),
  };
}

const leftBy = ({ counts }: Plan) => counts.unchanged + counts.refused;

function wordFor(wish: BulkWish) {
  if (wish.action === 'users:extend') return 'users.bulk.extended';
  if (wish.action === 'users:delete') return 'users.bulk.deleted';
  return wish.set.enabled ? 'users.bulk.enabled' : 'users.bulk.disabled';
}
