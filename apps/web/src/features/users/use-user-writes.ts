import type { Overview } from '@cmp/shared/overview';
import { extend } from '@cmp/shared/renewal';
import type { User, UserList } from '@cmp/shared/users';
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { offerUndo } from '#components/undo-toast.tsx';
import { connection } from '#lib/connection.ts';
import { createStore } from '#lib/store.ts';
import { mediumDate, useSiteClock } from '#lib/term.ts';
import { extendUser, removeUser, switchUser, userById, windowsKey } from './users.queries.ts';

/** The user whose term has just been lengthened: its row shows the growth once. */
export const justExtended = createStore<number | undefined>(undefined);

const pulseMs = 1_400;

export interface UserWrites {
  turn: (user: User) => void;
  extend: (user: User, months: number) => void;
  remove: (user: User) => void;
}

/** What a row can have done to it at once. It shows before the API has answered, and goes back where it refuses. */
export function useUserWrites(): UserWrites {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const clock = useSiteClock();

  const turning = useMutation({
    ...switchUser,
    onMutate: ({ user, enabled }) => show(queries, asOf({ ...user, enabled })),
    onError: (_refusal, { user }) => show(queries, user),
    onSuccess: ({ answer, changeId }) => {
      void show(queries, answer);
      const word = answer.enabled ? 'users.enabled' : 'users.disabled';
      offerUndo(t(word, { name: answer.accountName }), changeId);
    },
  });

  const extending = useMutation({
    ...extendUser,
    onMutate: ({ user, months }) => {
      const expiresOn = extend(user.expiresOn, months, clock.today);
      pulse(user.id);
      return show(queries, asOf({ ...user, expiresOn }));
    },
    onError: (_refusal, { user }) => show(queries, user),
    onSuccess: ({ answer, changeId }) => {
      void show(queries, answer);
      const date = answer.expiresOn === null ? t('term.never') : mediumDate(answer.expiresOn);
      offerUndo(t('users.extended', { name: answer.accountName, date }), changeId);
    },
  });

  const removing = useMutation({
    ...removeUser,
    onSuccess: ({ changeId }, user) =>
      offerUndo(t('users.deleted', { name: user.accountName }), changeId),
  });

  const asOf = (user: User): User => ({ ...user, status: clock.statusOf(user) });

  /** A key can wish for what no button offers while the portal does not answer. */
  const whileAnswered = (write: () => void) => {
    if (connection.get().online) write();
    else toast(t('states.offlineWrite'));
  };

  return {
    turn: (user) => whileAnswered(() => turning.mutate({ user, enabled: !user.enabled })),
    extend: (user, months) => {
      if (user.expiresOn === null) return;
      whileAnswered(() => extending.mutate({ user, months }));
    },
    remove: (user) => whileAnswered(() => removing.mutate(user)),
  };
}

/** Puts a user's row as it is into every list that is here. */
async function show(queries: QueryClient, user: User): Promise<void> {
  await queries.cancelQueries({ queryKey: windowsKey });
  queries.setQueriesData<UserList>({ queryKey: windowsKey }, (list) => list && withRow(list, user));
  queries.setQueriesData<Overview>(
    { queryKey: ['overview'] },
    (overview) => overview && { ...overview, next: withRow({ items: overview.next }, user).items },
  );
  queries.setQueryData(userById(user.id).queryKey, (known) => known && user);
}

function withRow<List extends { items: User[] }>(list: List, user: User): List {
  const index = list.items.findIndex(({ id }) => id === user.id);
  return index < 0 ? list : { ...list, items: list.items.with(index, user) };
}

function pulse(userId: number): void {
  justExtended.set(userId);
  setTimeout(() => {
    if (justExtended.get() === userId) justExtended.set(undefined);
  }, pulseMs);
}
