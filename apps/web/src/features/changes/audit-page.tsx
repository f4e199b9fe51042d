import { addDays } from '@cmp/shared/calendar';
import { COUNTED_AT_MOST } from '@cmp/shared/changes';
import {
  useInfiniteQuery,
  useMutation,
  useSuspenseInfiniteQuery,
  useSuspenseQuery,
} from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Button } from '#components/button.tsx';
import { EmptyNote } from '#components/empty-note.tsx';
import { PageHeader } from '#components/page-header.tsx';
import { Panel } from '#components/panel.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { queryClient } from '#lib/query-client.ts';
import { saveFile } from '#lib/save-file.ts';
import { useSession } from '#lib/session.ts';
import { siteQuery } from '#lib/site.ts';
import { useSiteClock, weekdayDate } from '#lib/term.ts';
import { ActRow } from './act-row.tsx';
import { daysOf } from './audit-days.ts';
import { AuditFilters } from './audit-filters.tsx';
import {
  type AuditView,
  apiQueryOfAudit,
  auditFilterCount,
  auditViewOf,
  searchOfAudit,
  wholeLog,
} from './audit-view.ts';
import { auditOf } from './changes.queries.ts';

export async function loader(): Promise<null> {
  await queryClient.ensureQueryData(siteQuery);
  return null;
}

/** Who changed what, within what this account may read the history of. */
export function AuditPage() {
  const { t } = useTranslation();
  const { role } = useSession().account;
  const [search, setSearch] = useSearchParams();
  const view = useMemo(() => auditViewOf(search), [search]);
  const change = (next: AuditView) => setSearch(searchOfAudit(next), { preventScrollReset: true });
  const query = apiQueryOfAudit(view).toString();
  const first = useInfiniteQuery(auditOf(query)).data?.pages[0]?.items[0];

  return (
    <>
      <PageHeader
        title={t('audit.title')}
        lead={t(role === 'admin' ? 'audit.lead' : 'audit.leadScoped')}
        actions={<CsvButton query={query} />}
      />
      <AuditFilters view={view} rowName={first?.rowName ?? undefined} onChange={change} />
      <Panel key={query} skeleton={<SkeletonRows rows={10} columns={['w-80', 'w-24']} />}>
        <Log view={view} query={query} onFilter={change} />
      </Panel>
    </>
  );
}

function CsvButton({ query }: { query: string }) {
  const { t } = useTranslation();
  const download = useMutation({
    mutationFn: () => saveFile(`/audit.csv${query ? `?${query}` : ''}`, 'audit.csv'),
  });
  return (
    <Button disabled={download.isPending} onClick={() => download.mutate()}>
      <Download aria-hidden size={14} />
      {t('audit.download')}
    </Button>
  );
}

interface LogProps {
  view: AuditView;
  query: string;
  onFilter: (view: AuditView) => void;
}

function Log({ view, query, onFilter }: LogProps) {
  const { t } = useTranslation();
  const { today } = useSiteClock();
  const { timeZone } = useSuspenseQuery(siteQuery).data;
  const log = useSuspenseInfiniteQuery(auditOf(query));
  const entries = useMemo(() => log.data.pages.flatMap(({ items }) => items), [log.data]);
  const days = useMemo(() => daysOf(entries, timeZone), [entries, timeZone]);
  const total = log.data.pages[0]?.total ?? 0;
  // A page ends where it is full, which may be within a change.
  const cutIds = new Set(
    log.data.pages
      .filter(({ nextCursor }) => nextCursor)
      .map(({ items }) => items.at(-1)?.changeId),
  );

  function dayInWords(date: string): string {
    if (date === today) return t('audit.today');
    if (date === addDays(today, -1)) return t('audit.yesterday');
    return weekdayDate(date);
  }

  return (
    <>
      {entries.length === 0 ? <NothingFound view={view} onFilter={onFilter} /> : null}
      <div className="grid gap-6">
        {days.map(({ date, acts }) => (
          <section key={date} aria-label={dayInWords(date)}>
            <h2 className="mb-1.5 text-label text-ink-2">{dayInWords(date)}</h2>
            <ol className="rounded-panel border border-line bg-surface px-3">
              {acts.map((act) => (
                <ActRow
                  key={act.changeId}
                  act={act}
                  mayBeCut={cutIds.has(act.changeId)}
                  onFilter={onFilter}
                />
              ))}
            </ol>
          </section>
        ))}
      </div>
      {entries.length > 0 ? (
        <div className="mt-5 flex flex-wrap items-center gap-3">
          {log.hasNextPage ? (
            <Button disabled={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
              {log.isFetchingNextPage ? t('audit.loading') : t('audit.older')}
            </Button>
          ) : null}
          <p role="status" className="tnum text-ink-2">
            {log.hasNextPage ? shownOf() : t('audit.end')}
          </p>
        </div>
      ) : null}
    </>
  );

  function shownOf(): string {
    const words = total >= COUNTED_AT_MOST ? 'audit.shownMost' : 'audit.shown';
    const format = (count: number) => count.toLocaleString('en');
    return t(words, { shown: format(entries.length), total: format(total) });
  }
}

function NothingFound({ view, onFilter }: Pick<LogProps, 'view' | 'onFilter'>) {
  const { t } = useTranslation();
  const count = auditFilterCount(view);
  if (count === 0) return <EmptyNote text={t('audit.empty')} />;
  return (
    <EmptyNote text={t('audit.emptyFiltered')}>
      <Button onClick={() => onFilter(wholeLog)}>{t('audit.clear', { count })}</Button>
    </EmptyNote>
  );
}

export { AuditPage as Component };
