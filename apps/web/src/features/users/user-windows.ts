import type { User } from '@cmp/shared/users';

/** How many rows are asked for at once. */
export const windowSize = 200;

/** Fetched a little before they are seen. */
const aheadRows = 60;

/** The windows that hold the rows from the first to the last seen, and the first, which knows the counts. */
export function windowsFor(firstRow: number, lastRow: number, total: number): number[] {
  const lastWindow = Math.max(0, Math.ceil(total / windowSize) - 1);
  const from = windowOf(Math.max(0, firstRow - aheadRows));
  const to = Math.min(lastWindow, windowOf(lastRow + aheadRows));
  const needed = new Set([0]);
  for (let window = from; window <= to; window += 1) needed.add(window);
  return [...needed];
}

/** So many rows from the first on, always as many where there are: each takes the place of one that leaves. */
export function rowsToDraw(firstRow: number, count: number, total: number): number[] {
  const drawn = Math.min(count, total);
  const from = Math.max(0, Math.min(firstRow, total - drawn));
  return Array.from({ length: drawn }, (_, place) => from + place);
}

/** The row at a place, where its window is here. */
export function rowAt(
  windows: ReadonlyMap<number, readonly User[]>,
  index: number,
): User | undefined {
  return windows.get(windowOf(index))?.[index % windowSize];
}

/** Where a user stands among the rows that are here. */
export function indexOf(
  windows: ReadonlyMap<number, readonly User[]>,
  userId: number,
): number | undefined {
  for (const [window, users] of windows) {
    const place = users.findIndex(({ id }) => id === userId);
    if (place >= 0) return window * windowSize + place;
  }
  return undefined;
}

/** The rows of the window that a row is in: from the first to before the last. */
export function rowsBeside(row: number, total: number): number[] {
  const from = windowOf(row) * windowSize;
  return Array.from({ length: Math.min(windowSize, total - from) }, (_, place) => from + place);
}

const windowOf = (row: number) => Math.floor(row / windowSize);
