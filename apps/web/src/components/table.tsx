import type { ReactNode } from 'react';

interface TableProps {
  label: string;
  /** The column heads, in order; an empty one is a column of actions. */
  heads: readonly { text: string; align?: 'right'; hiddenText?: string }[];
  children: ReactNode;
}

/** A ruled table. On a phone a row is two lines, as its cells say. */
export function Table({ label, heads, children }: TableProps) {
  return (
    <div className="overflow-x-auto rounded-panel border border-line bg-surface">
      <table aria-label={label} className="w-full border-collapse text-body touch:block">
        <thead className="touch:sr-only">
          <tr className="border-line border-b">
            {heads.map((head) => (
              <th
                key={head.text || head.hiddenText}
                scope="col"
                className={`h-9 whitespace-nowrap px-3 text-label text-ink-2 first:pl-4 last:pr-4 ${head.align === 'right' ? 'text-right' : 'text-left'} ${head.text ? '' : 'w-px'}`}
              >
                {head.text || <span className="sr-only">{head.hiddenText}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="touch:block">{children}</tbody>
      </table>
    </div>
  );
}

/** One row of it. */
export function Row({ children }: { children: ReactNode }) {
  return (
    <tr className="border-line border-b transition-colors last:border-b-0 hover:bg-canvas touch:grid touch:grid-cols-[minmax(0,1fr)_auto] touch:gap-x-4 touch:gap-y-0.5 touch:px-4 touch:py-3">
      {children}
    </tr>
  );
}

/** Where a cell stands in the two lines that a row is on a phone, or below them, or not at all. */
type PhonePlace = 'title' | 'aside' | 'meta' | 'metaAside' | 'below' | 'hidden';

interface CellProps {
  phone: PhonePlace;
  align?: 'right';
  /** For what the columns say where there is room for them. */
  onlyPhone?: boolean;
  children: ReactNode;
}

/** One cell of it. */
export function Cell({ phone, align, onlyPhone = false, children }: CellProps) {
  return (
    <td
      className={`h-[var(--row)] px-3 first:pl-4 last:pr-4 touch:h-auto touch:min-h-6 touch:items-center touch:p-0 touch:first:pl-0 touch:last:pr-0 ${placeOnPhone[phone]} ${align === 'right' ? 'text-right' : ''} ${onlyPhone ? 'hidden touch:block' : ''}`}
    >
      {children}
    </td>
  );
}

const placeOnPhone: Record<PhonePlace, string> = {
  title: 'touch:order-1 touch:flex touch:flex-wrap',
  aside: 'touch:order-2 touch:flex touch:justify-end',
  meta: 'touch:order-3 touch:flex touch:text-ink-2',
  metaAside: 'touch:order-4 touch:flex touch:justify-end touch:text-ink-2',
  below: 'touch:order-5 touch:col-span-2 touch:pt-2! touch:empty:hidden',
  hidden: 'touch:hidden',
};
