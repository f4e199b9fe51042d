import type { ReactNode } from 'react';

interface TableProps {
  label: string;
  /** The column heads, in order; an empty one is a column of actions. */
  heads: readonly { text: string; align?: 'right'; hiddenText?: string }[];
  children: ReactNode;
}

/** A ruled table. On a phone each row becomes a block of its cells; a cell says its own name there. */
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
                className={`h-9 whitespace-nowrap px-3 text-label text-ink-2 first:pl-4 last:pr-4 ${head.align === 'right' ? 'text-right' : 'text-left'}`}
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
    <tr className="border-line border-b transition-colors last:border-b-0 hover:bg-canvas touch:grid touch:gap-1 touch:px-4 touch:py-3">
      {children}
    </tr>
  );
}

interface CellProps {
  /** The column's name, said on a phone, where there are no heads. */
  name?: string;
  align?: 'right';
  children: ReactNode;
}

/** One cell of it. */
export function Cell({ name, align, children }: CellProps) {
  return (
    <td
      className={`h-[var(--row)] px-3 first:pl-4 last:pr-4 touch:flex touch:h-auto touch:min-h-6 touch:items-center touch:justify-between touch:gap-4 touch:p-0 touch:first:pl-0 touch:last:pr-0 ${align === 'right' ? 'text-right' : ''}`}
    >
      {name ? (
        <span aria-hidden className="hidden text-ink-3 text-label touch:inline">
          {name}
        </span>
      ) : null}
      {children}
    </td>
  );
}
