import { useWindowVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import {
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import { useAppearance } from '#lib/appearance.ts';
import { type UserRows, useUserRows } from './use-user-windows.ts';
import { cardHeightPx } from './user-card.tsx';
import { rowsToDraw } from './user-windows.ts';
import type { Listing } from './users.queries.ts';

interface RowWindow {
  rows: readonly { index: number; start: number }[];
  users: UserRows;
  height: number;
  /** How many elements take turns at being rows, so that scrolling makes and drops none. As many as are drawn. */
  slots: number;
  scrollTo: (index: number) => void;
}

const rowHeightPx = { comfortable: 44, cosy: 38, compact: 32 } as const;
const overscan = 6;
/** The top bar, the toolbar and the head stay over the rows. */
const stuckPx = 52 + 52 + 37;

/** Which rows are in sight of the page, where they stand, and whose they are. */
export function useRowWindow(
  body: RefObject<HTMLElement | null>,
  listing: Listing,
  total: number,
  isNarrow: boolean,
): RowWindow {
  const { density } = useAppearance();
  const rowPx = isNarrow ? cardHeightPx : rowHeightPx[density];
  const margin = usePlaceOnPage(body);
  const slots = Math.ceil(useScreenHeight() / rowPx) + 1 + 2 * overscan;
  const rangeExtractor = useCallback(
    ({ startIndex }: { startIndex: number }) => rowsToDraw(startIndex - overscan, slots, total),
    [slots, total],
  );
  const virtualizer = useWindowVirtualizer({
    count: total,
    estimateSize: () => rowPx,
    rangeExtractor,
    scrollMargin: margin,
    scrollPaddingStart: stuckPx,
    // The bar of what can be done to the ticked users stands over the rows, too.
    scrollPaddingEnd: 88,
  });
  useEffect(() => virtualizer.measure(), [rowPx, virtualizer]);

  const items = virtualizer.getVirtualItems();
  const users = useUserRows(listing, total, edgesOf(items));
  return {
    rows: items.map(({ index, start }) => ({ index, start: start - margin })),
    users,
    height: virtualizer.getTotalSize(),
    slots,
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
  };
}

const edgesOf = (items: readonly VirtualItem[]) => ({
  first: items.at(0)?.index ?? 0,
  last: items.at(-1)?.index ?? 0,
});

function useScreenHeight(): number {
  return useSyncExternalStore(
    (listener) => {
      addEventListener('resize', listener);
      return () => removeEventListener('resize', listener);
    },
    () => innerHeight,
  );
}

/** How far from the document's top the rows begin; what stands above them may grow. */
function usePlaceOnPage(body: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      const element = body.current;
      if (element) setTop(Math.round(element.getBoundingClientRect().top + scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    for (const above of document.querySelectorAll('#content > *')) observer.observe(above);
    return () => observer.disconnect();
  }, [body]);
  return top;
}
