import type { User } from '@cmp/shared/users';
import { type KeyboardEvent, useMemo } from 'react';
import { useShortcuts } from '#lib/shortcuts.ts';
import type { BulkWrites } from './use-bulk-writes.ts';
import type { Selection } from './use-selection.ts';
import type { UserWrites } from './use-user-writes.ts';

interface GridKeys {
  current: number | undefined;
  user: User | undefined;
  total: number;
  pageRows: number;
  isOpen: boolean;
  writes: UserWrites;
  selection: Selection;
  bulk: BulkWrites;
  may: (action: 'users:update' | 'users:extend' | 'users:delete', user: User) => boolean;
  moveTo: (index: number) => void;
  onOpen: (user: User | undefined) => void;
  onLeave: () => void;
}

/** The grid's keys: arrows while it has the focus, single letters from anywhere on the page. */
export function useGridKeys(grid: GridKeys): { onKeyDown: (event: KeyboardEvent) => void } {
  const { current, user, total, isOpen, writes, may, moveTo, onOpen, onLeave } = grid;
  const { selection, bulk } = grid;
  const hasTicked = selection.users.size > 0;
  const tick = () => {
    if (current !== undefined) selection.toggle(current, false);
  };
  const shortcuts = useMemo(
    () => ({
      j: () => moveTo(current === undefined ? 0 : current + 1),
      k: () => moveTo(current === undefined ? 0 : current - 1),
      e: () => {
        if (hasTicked) bulk.extend();
        else if (user && may('users:extend', user)) writes.extend(user, 1);
      },
      d: () => {
        if (user && may('users:update', user)) writes.turn(user);
      },
      x: tick,
    }),
    [current, user, may, moveTo, writes, hasTicked, bulk, tick],
  );
  useShortcuts(shortcuts);

  function onKeyDown(event: KeyboardEvent) {
    if (event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey)
      return;
    const at = current ?? -1;
    const actOf: Record<string, () => void> = {
      ArrowDown: () => moveTo(at + 1),
      ArrowUp: () => moveTo(at - 1),
      PageDown: () => moveTo(at + grid.pageRows),
      PageUp: () => moveTo(at - grid.pageRows),
      Home: () => moveTo(0),
      End: () => moveTo(total - 1),
      ' ': tick,
      Enter: () => onOpen(user),
      Delete: () => {
        if (hasTicked) bulk.remove();
        else if (user && may('users:delete', user)) writes.remove(user);
      },
      Escape: () => {
        if (hasTicked) selection.clear();
        else if (isOpen) onOpen(undefined);
        else onLeave();
      },
    };
    const act = actOf[event.key];
    if (!act || total === 0) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
  return { onKeyDown };
}
