import { useTranslation } from 'react-i18next';

/** Rows where rows will be, in the widths they will have. */
export function SkeletonRows({ rows = 5, columns }: { rows?: number; columns: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      className="appear-late overflow-hidden rounded-panel border border-line bg-surface"
    >
      <span className="sr-only">{t('states.loading')}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div
          key={row}
          className="flex min-h-row items-center gap-8 border-line border-b px-4 last:border-b-0"
        >
          {columns.map((width) => (
            <span key={width} className={`skeleton h-2.5 ${width}`} />
          ))}
        </div>
      ))}
    </div>
  );
}

/** Fields where fields will be. */
export function SkeletonForm({ fields = 4 }: { fields?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" className="appear-late grid max-w-[640px] gap-6">
      <span className="sr-only">{t('states.loading')}</span>
      {Array.from({ length: fields }, (_, field) => (
        <div key={field} className="grid gap-2">
          <span className="skeleton h-2.5 w-28" />
          <span className="skeleton h-control w-full" />
        </div>
      ))}
    </div>
  );
}
