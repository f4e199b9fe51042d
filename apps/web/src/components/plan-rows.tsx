import type { PlanEntry, PlanEntryKind } from '@cmp/shared/changes';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { FailureNote } from '#components/failure-note.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { isKey } from '#lib/is-key.ts';
import { entriesOfPlan } from '#lib/plans.ts';
import { en } from '#locales/en.ts';

type ShownKind = Exclude<PlanEntryKind, 'error'>;

/** The rows of one kind, each with what would become of it. */
export function PlanRows({ planId, kind }: { planId: number; kind: ShownKind }) {
  const { t } = useTranslation();
  const rows = useInfiniteQuery(entriesOfPlan(planId, kind));
  if (rows.error && !rows.data) {
    return <FailureNote error={rows.error} onRetry={() => void rows.refetch()} />;
  }
  if (!rows.data) return <SkeletonRows rows={6} columns={['w-10', 'w-32', 'w-48']} />;

  const entries = rows.data.pages.flatMap(({ items }) => items);
  if (entries.length === 0) return <p className="text-ink-2">{t('sheets.noRows')}</p>;
  return (
    <>
      <ul
        aria-label={t(`sheets.kind.${kind}`)}
        className="rounded-panel border border-line bg-surface px-4"
      >
        {entries.map((entry) => (
          <PlanRow key={entry.ordinal} entry={entry} kind={kind} />
        ))}
      </ul>
      {rows.hasNextPage ? (
        <div>
          <Button disabled={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
            {t(rows.isFetchingNextPage ? 'sheets.loading' : 'sheets.more')}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function PlanRow({ entry, kind }: { entry: PlanEntry; kind: ShownKind }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const told = kind === 'changed' || kind === 'added' ? words.changesOf(entry) : [];
  return (
    <li className="grid min-h-row grid-cols-[1.25rem_minmax(8rem,14rem)_minmax(0,1fr)_auto] items-baseline gap-x-3 border-line border-b py-2 last:border-b-0 touch:grid-cols-[1.25rem_minmax(0,1fr)_auto]">
      <span aria-hidden className={`text-center ${inkOf[kind]}`}>
        {signOf[kind]}
      </span>
      <span translate="no" className="wrap-anywhere font-semibold">
        {entry.name}
      </span>
      <span className="tnum min-w-0 wrap-anywhere text-ink-2 touch:order-last touch:col-span-2 touch:col-start-2">
        {told.join(' · ')}
      </span>
      <span className="tnum text-ink-3">
        {entry.fileRow === null ? '' : t('sheets.rowNumber', { row: entry.fileRow })}
      </span>
    </li>
  );
}

const signOf = {
  added: '+',
  changed: '~',
  unchanged: '=',
  removed: '−',
  skipped: '·',
  refused: '✕',
} as const satisfies Record<ShownKind, string>;

const inkOf = {
  added: 'text-active-ink',
  changed: 'text-soon-ink',
  unchanged: 'text-ink-3',
  removed: 'text-expired-ink',
  skipped: 'text-ink-3',
  refused: 'text-expired-ink',
} as const satisfies Record<ShownKind, string>;

function useFieldWords(): { changesOf: (entry: PlanEntry) => string[] } {
  const { t } = useTranslation();
  const fields = en.users.field;

  function value(field: string, told: unknown): string {
    if (told === null || told === undefined || told === '') {
      if (field === 'expiresOn') return t('term.never');
      const isLimit = field === 'dataLimitGb' || field === 'totalDevices';
      return t(isLimit ? 'term.unlimited' : 'sheets.nothing');
    }
    if (told === true) return t('sheets.on');
    return told === false ? t('sheets.off') : String(told);
  }

  /** A new row says what it holds; where it holds nothing there is nothing to say. */
  function changesOf({ before, after, kind }: PlanEntry): string[] {
    return Object.entries(after).flatMap(([name, to]) => {
      if (!isKey(fields, name) || name === 'accountName') return [];
      const field = t(`users.field.${name}`);
      if (kind === 'changed')
        return [
          t('sheets.change', { field, from: value(name, before[name]), to: value(name, to) }),
        ];
      if (to === null || to === true) return [];
      return [t('sheets.isSet', { field, to: value(name, to) })];
    });
  }

  return { changesOf };
}
