import type { User, UserSort } from '@cmp/shared/users';
import { type MouseEvent, type RefObject, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { connection } from '#lib/connection.ts';
import { useStore } from '#lib/store.ts';
import { useSiteClock } from '#lib/term.ts';
import { narrowScreen, useMedia } from '#lib/use-media.ts';
import { useSize } from '#lib/use-size.ts';
import { SelectionBar } from './selection-bar.tsx';
import { useBulkWrites } from './use-bulk-writes.ts';
import { useGridKeys } from './use-grid-keys.ts';
import { useRowWindow } from './use-row-window.ts';
import { useSelection } from './use-selection.ts';
import { justExtended, type UserWrites } from './use-user-writes.ts';
import { UserCard } from './user-card.tsx';
import { type ColumnId, columnsThatFit, templateOf } from './user-columns.ts';
import { UserRow } from './user-row.tsx';
import { rowsBeside } from './user-windows.ts';
import type { Listing } from './users.queries.ts';
import { UsersGridHead } from './users-grid-head.tsx';

export interface UsersGridProps {
  listing: Listing;
  total: number;
  sort: UserSort;
  columns: readonly ColumnId[];
  wanted: string;
  openId: number | undefined;
  writes: UserWrites;
  /** Whether the account may turn or extend this user. */
  may: (action: 'users:update' | 'users:extend' | 'users:delete', user: User) => boolean;
  /** Whether it may alter anybody here: only then is there a place for the renewal. */
  mayWrite: boolean;
  onSort: (sort: UserSort) => void;
  onOpen: (user: User | undefined) => void;
  gridRef: RefObject<HTMLDivElement | null>;
}

/** Users in rows, of which only those in sight exist: the page scrolls, and the head stays. */
export function UsersGrid(props: UsersGridProps) {
  const { t } = useTranslation();
  const { listing, total, columns, openId, writes, may, onOpen, gridRef } = props;
  const clock = useSiteClock();
  const pulsing = useStore(justExtended);
  const { online } = useStore(connection);
  const waits = online ? undefined : t('states.offlineWrite');
  const isNarrow = useMedia(narrowScreen);
  const { width } = useSize(gridRef);
  const bodyRef = useRef<HTMLDivElement>(null);
  const { rows, users, height, slots, scrollTo } = useRowWindow(bodyRef, listing, total, isNarrow);
  const [marked, mark] = useState<{ listing: Listing; index: number }>();
  // Another list begins unmarked.
  const current = marked?.listing === listing ? marked.index : undefined;
  const setCurrent = (index: number | undefined) =>
    mark(index === undefined ? undefined : { listing, index });

  const shown = useMemo(() => columnsThatFit(columns, width || 4000), [columns, width]);
  const template = useMemo(() => templateOf(shown, props.mayWrite), [shown, props.mayWrite]);

  function moveTo(index: number) {
    const place = Math.max(0, Math.min(total - 1, index));
    setCurrent(place);
    scrollTo(place);
    const user = users.at(place);
    if (openId !== undefined && user) onOpen(user);
  }

  const mayTick = (user: User) =>
    may('users:update', user) || may('users:extend', user) || may('users:delete', user);
  const selection = useSelection(listing, users.at, mayTick);
  const bulk = useBulkWrites(selection, may);
  const inSight = rows[Math.floor(rows.length / 2)]?.index ?? 0;
  const besides = rowsBeside(inSight, total)
    .map((index) => users.at(index))
    .filter((user): user is User => user !== undefined && mayTick(user));
  const tickedHere = besides.filter(({ id }) => selection.users.has(id)).length;
  const someOrAll = tickedHere < besides.length ? 'some' : 'all';

  const keys = useGridKeys({
    current,
    moveTo,
    user: current === undefined ? undefined : users.at(current),
    pageRows: Math.max(1, rows.length - 20),
    total,
    writes,
    selection,
    bulk,
    may,
    onOpen,
    isOpen: openId !== undefined,
    onLeave: () => setCurrent(undefined),
  });

  function onClick(event: MouseEvent) {
    if (!(event.target instanceof Element)) return;
    const index = event.target.closest<HTMLElement>('[data-index]')?.dataset.index;
    const user = index === undefined ? undefined : users.at(Number(index));
    if (!user) return;
    const act = event.target.closest<HTMLElement>('[data-act]')?.dataset.act;
    setCurrent(Number(index));
    // The second press of a double click is no second wish: a month more, or a switch turned back.
    if (act && event.detail > 1) return;
    if (act === 'tick') selection.toggle(Number(index), event.shiftKey);
    else if (act === 'turn') writes.turn(user);
    else if (act === 'extend') writes.extend(user, 1);
    else onOpen(user);
  }

  if (isNarrow) {
    return (
      <div ref={gridRef} className="-mx-4 border-line border-t">
        <div
          role="list"
          ref={bodyRef}
          onClick={onClick}
          className="relative"
          style={{ height }}
          aria-label={t('users.title')}
        >
          {rows.map(({ index, start }) => (
            <UserCard
              key={index % slots}
              index={index}
              top={start}
              user={users.at(index)}
              clock={clock}
              wanted={props.wanted}
              columns={columns}
              isOpen={users.at(index)?.id === openId && openId !== undefined}
            />
          ))}
        </div>
      </div>
    );
  }

  const currentUser = current === undefined ? undefined : users.at(current);
  return (
    <>
      <div
        role="grid"
        ref={gridRef}
        tabIndex={0}
        aria-label={t('users.title')}
        aria-multiselectable={props.mayWrite}
        aria-rowcount={total + 1}
        aria-activedescendant={currentUser ? `user-${currentUser.id}` : undefined}
        onKeyDown={keys.onKeyDown}
        onFocus={(event) => {
          if (event.target === event.currentTarget && current === undefined)
            setCurrent(rows[0]?.index);
        }}
        className="users-grid rounded-panel border border-line bg-surface"
        style={{ '--columns': template }}
      >
        <UsersGridHead
          columns={shown}
          sort={props.sort}
          mayWrite={props.mayWrite}
          ticked={tickedHere === 0 ? 'none' : someOrAll}
          onTick={() => selection.toggleAll(besides)}
          onSort={props.onSort}
        />
        <div
          role="rowgroup"
          ref={bodyRef}
          onClick={onClick}
          // The focus stays with the grid: a row's place is soon another user's.
          onMouseDown={(event) => {
            event.preventDefault();
            gridRef.current?.focus({ preventScroll: true });
          }}
          className="relative overflow-clip rounded-b-panel"
          style={{ height }}
        >
          {rows.map(({ index, start }) => {
            const user = users.at(index);
            return (
              <UserRow
                key={index % slots}
                index={index}
                top={start}
                user={user}
                columns={shown}
                clock={clock}
                wanted={props.wanted}
                isCurrent={index === current}
                isOpen={user !== undefined && user.id === openId}
                isPulsing={user !== undefined && user.id === pulsing}
                isTicked={user !== undefined && selection.users.has(user.id)}
                mayTick={user !== undefined && mayTick(user)}
                writes={props.mayWrite}
                mayTurn={user !== undefined && may('users:update', user)}
                mayExtend={user !== undefined && may('users:extend', user)}
                waits={waits}
              />
            );
          })}
        </div>
      </div>
      {selection.users.size > 0 ? (
        <SelectionBar
          count={selection.users.size}
          writes={bulk}
          onClear={() => {
            selection.clear();
            gridRef.current?.focus({ preventScroll: true });
          }}
        />
      ) : null}
    </>
  );
}
