import type { User } from '@cmp/shared/users';
import { useQuery } from '@tanstack/react-query';
import {
  type ReactNode,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';
import { useTranslation } from 'react-i18next';
import { FailureNote } from '#components/failure-note.tsx';
import { serverList } from '#lib/server-list.ts';
import { useCan, useMay } from '#lib/session.ts';
import { useShortcuts } from '#lib/shortcuts.ts';
import { narrowScreen, useMedia } from '#lib/use-media.ts';
import { useSize } from '#lib/use-size.ts';
import { NewUserDrawer } from './new-user-drawer.tsx';
import { useUserView } from './use-user-view.ts';
import { useUserList } from './use-user-windows.ts';
import { useUserWrites } from './use-user-writes.ts';
import { columnsOf } from './user-columns.ts';
import { UserDrawer } from './user-drawer.tsx';
import { UserToolbar } from './user-toolbar.tsx';
import { apiQueryOf, filterCount, type UserView, withoutFilters } from './user-view.ts';
import type { Listing } from './users.queries.ts';
import { type FirstUse, UsersEmpty } from './users-empty.tsx';
import { UsersGrid } from './users-grid.tsx';
import { UsersSkeleton } from './users-skeleton.tsx';

interface UsersWorkspaceProps {
  /** One server's users, or everybody's. */
  serverId?: number;
  /** Said where a search across servers finds nobody. */
  emptyHint?: ReactNode;
  /** Said and offered where nobody is yet. */
  first?: FirstUse;
  /** More that can be done with the list, beside its columns. */
  tools?: ReactNode;
}

/** Users with everything that narrows, orders, shows and alters them. What is shown is in the address. */
export function UsersWorkspace({ serverId, emptyHint, first, tools }: UsersWorkspaceProps) {
  const { t } = useTranslation();
  const { view, change, type } = useUserView();
  const gridRef = useRef<HTMLDivElement>(null);
  const findRef = useRef<HTMLInputElement>(null);
  const rootRef = useRef<HTMLDivElement>(null);
  const toolbarRef = useRef<HTMLDivElement>(null);
  const { height: toolbarPx } = useSize(toolbarRef);
  const isNarrow = useMedia(narrowScreen);
  const can = useCan();
  const may = useMay();
  const writes = useUserWrites();
  const addable = useAddableServers(serverId);

  const query = apiQueryOf(view).toString();
  const listing = useMemo<Listing>(() => ({ serverId, query }), [serverId, query]);
  const list = useUserList(listing);
  useListTop(rootRef, list.shown);

  const mayAlter = useCallback(
    (action: 'users:update' | 'users:extend' | 'users:delete', user: User) =>
      can(action, user.serverId),
    [can],
  );
  const open = (id: UserView['open']) => change({ ...view, open: id }, 'replace');
  const close = () => {
    open(undefined);
    gridRef.current?.focus({ preventScroll: true });
  };

  const shortcuts = useMemo(
    () => ({
      '/': () => findRef.current?.focus(),
      ...(addable.length > 0 && { n: () => change({ ...view, open: 'new' }) }),
      ...Object.fromEntries(
        ([undefined, 'active', 'soon', 'expired', 'disabled'] as const).map((status, index) => [
          String(index + 1),
          () => change({ ...view, status }),
        ]),
      ),
      Escape: () => {
        if (view.open !== undefined) close();
        else if (filterCount(view) > 0) change(withoutFilters(view));
      },
    }),
    [addable.length, change, view],
  );
  useShortcuts(shortcuts);

  // Where nobody is yet there is nothing to narrow.
  const isFirstUse = list.counts?.all === 0 && filterCount(view) === 0;
  const columns = view.columns ?? columnsOf(serverId !== undefined);
  return (
    <div ref={rootRef} className="users-workspace" style={{ '--toolbar': `${toolbarPx}px` }}>
      {list.isChanging ? <div aria-hidden className="progress-line" /> : null}
      {isFirstUse ? null : (
        <UserToolbar
          view={view}
          counts={list.counts}
          ofServer={serverId !== undefined}
          findRef={findRef}
          toolbarRef={toolbarRef}
          tools={tools}
          mayAdd={addable.length > 0}
          onChange={change}
          onType={type}
        />
      )}
      <p role="status" className="sr-only">
        {list.counts ? t('users.count', { count: list.total }) : ''}
      </p>
      {list.error ? <FailureNote error={list.error} onRetry={list.retry} /> : null}
      {!list.error && !list.counts ? <UsersSkeleton columns={columns} isNarrow={isNarrow} /> : null}
      {list.counts && list.total === 0 ? (
        <UsersEmpty
          view={view}
          counts={list.counts}
          mayAdd={addable.length > 0}
          first={first}
          hint={emptyHint}
          onAdd={() => open('new')}
          onClear={() => change(withoutFilters(view))}
        />
      ) : null}
      {list.total > 0 ? (
        <UsersGrid
          gridRef={gridRef}
          listing={list.shown}
          total={list.total}
          sort={view.sort}
          columns={columns}
          wanted={view.q.trim()}
          openId={typeof view.open === 'number' ? view.open : undefined}
          writes={writes}
          may={mayAlter}
          mayWrite={may('users:update') && addable.length > 0}
          onSort={(sort) => change({ ...view, sort })}
          onOpen={(user) => (user ? open(user.id) : close())}
        />
      ) : null}
      {typeof view.open === 'number' ? (
        <UserDrawer
          key={isNarrow ? view.open : 'drawer'}
          userId={view.open}
          writes={writes}
          onClose={close}
        />
      ) : null}
      {view.open === 'new' && addable.length > 0 ? (
        <NewUserDrawer servers={addable} onClose={close} />
      ) : null}
    </div>
  );
}

/** Another list begins at its beginning, however far the one before was scrolled. */
function useListTop(root: RefObject<HTMLElement | null>, shown: Listing): void {
  const before = useRef(shown);
  useLayoutEffect(() => {
    if (before.current === shown) return;
    before.current = shown;
    const top = root.current?.getBoundingClientRect().top ?? 0;
    if (top < topBarPx) scrollBy(0, top - topBarPx);
  }, [root, shown]);
}

const topBarPx = 52;

/** The servers that this account may add users to. */
function useAddableServers(serverId: number | undefined): { id: number; name: string }[] {
  const can = useCan();
  const { data: servers } = useQuery(serverList);
  return (servers?.items ?? [])
    .filter(({ id }) => (serverId === undefined || id === serverId) && can('users:create', id))
    .map(({ id, name }) => ({ id, name }));
}
