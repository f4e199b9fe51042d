import { useTranslation } from 'react-i18next';
import { type ColumnId, templateOf } from './user-columns.ts';

/** Rows in the columns they will have, before the first ones are here. */
export function UsersSkeleton({
  columns,
  isNarrow,
}: {
  columns: readonly ColumnId[];
  isNarrow: boolean;
}) {
  const { t } = useTranslation();
  const shown = isNarrow ? [] : columns;
  return (
    <div
      role="status"
      className="appear-late overflow-hidden rounded-panel border border-line bg-surface"
    >
      <span className="sr-only">{t('states.loading')}</span>
      {Array.from({ length: 12 }, (_, row) => (
        <div
          key={row}
          className="grid h-row items-center border-line border-b px-2 last:border-b-0"
          style={{ gridTemplateColumns: isNarrow ? '1fr 4rem' : templateOf(shown, false) }}
        >
          <span className="skeleton mx-2 h-2.5 w-28" />
          {shown.map((column) => (
            <span key={column} className="skeleton mx-2 h-2.5 w-3/5" />
          ))}
        </div>
      ))}
    </div>
  );
}
