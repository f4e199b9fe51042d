import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { searchOf, type UserView, viewOf } from './user-view.ts';

export interface ViewState {
  view: UserView;
  change: (view: UserView, history?: 'push' | 'replace') => void;
  /** What is being typed makes one step of history, not one by letter. */
  type: (view: UserView) => void;
}

/** The view that the address says, and the ways to another. */
export function useUserView(): ViewState {
  const [search, setSearch] = useSearchParams();
  const view = useMemo(() => viewOf(search), [search]);
  const change = useCallback(
    (next: UserView, history: 'push' | 'replace' = 'push') =>
      setSearch(searchOf(next), { replace: history === 'replace', preventScrollReset: true }),
    [setSearch],
  );
  const type = useCallback((next: UserView) => change(next, 'replace'), [change]);
  return { view, change, type };
}
