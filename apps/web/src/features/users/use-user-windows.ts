import type { StatusCounts, User, UserList } from '@cmp/shared/users';
import { type UseQueryResult, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { rowAt, windowsFor } from './user-windows.ts';
import { type Listing, windowOfUsers } from './users.queries.ts';

export interface UserRows {
  total: number;
  at: (index: number) => User | undefined;
}

export interface UserListState {
  /** The list that is shown: the one asked for, or while that is on its way the one before. */
  shown: Listing;
  total: number;
  counts: StatusCounts | undefined;
  isChanging: boolean;
  error: Error | undefined;
  retry: () => void;
}

/** The list's first window, which knows its length and its counts. A new question keeps the old answer until its own is here. */
export function useUserList(listing: Listing): UserListState {
  const [shown, show] = useState(listing);
  const asked = useQuery(windowOfUsers(listing, 0));
  const before = useQuery({ ...windowOfUsers(shown, 0), enabled: false });
  const isOther = shown.serverId !== listing.serverId;
  if (shown !== listing && (asked.data || asked.isError || isOther)) show(listing);
  const list = asked.data ?? (isOther || asked.isError ? undefined : before.data);
  return {
    shown,
    total: list?.total ?? 0,
    counts: list?.counts,
    isChanging: asked.isPending && list !== undefined,
    error: asked.data ? undefined : (asked.error ?? undefined),
    retry: () => void asked.refetch(),
  };
}

const settleMs = 60;

/** The rows around the ones that are seen; what has been fetched before is there at once. */
export function useUserRows(
  listing: Listing,
  total: number,
  seen: { first: number; last: number },
): UserRows {
  const queries = useQueryClient();
  const { first, last } = useSettled(seen);
  const wanted = windowsFor(first, last, total);
  const observed = useQueries({
    queries: wanted.map((window) => windowOfUsers(listing, window)),
    combine: itemsOf,
  });

  const windows = new Map<number, readonly User[]>();
  for (const [place, window] of wanted.entries()) windows.set(window, observed[place] ?? []);
  for (const window of windowsFor(seen.first, seen.last, total)) {
    if (windows.has(window)) continue;
    const known = queries.getQueryData(windowOfUsers(listing, window).queryKey);
    if (known) windows.set(window, known.items);
  }
  return { total, at: (index) => rowAt(windows, index) };
}

const itemsOf = (results: UseQueryResult<UserList>[]) => results.map(({ data }) => data?.items);

/** Where scrolling has come to rest: what is only passed is not fetched. */
function useSettled(seen: { first: number; last: number }): { first: number; last: number } {
  const [settled, settle] = useState(seen);
  const { first, last } = seen;
  useEffect(() => {
    const timer = setTimeout(() => settle({ first, last }), settleMs);
    return () => clearTimeout(timer);
  }, [first, last]);
  return settled;
}
