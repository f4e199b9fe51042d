import { addDays, todayIn } from '@cmp/shared/calendar';
import type { Notification } from '@cmp/shared/notifications';
import { useMutation, useQuery, useSuspenseInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Button, ButtonLink } from '#components/button.tsx';
import { EmptyNote } from '#components/empty-note.tsx';
import { PageHeader } from '#components/page-header.tsx';
import { Panel } from '#components/panel.tsx';
import { Segmented } from '#components/segmented.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { WriteButton } from '#components/write-button.tsx';
import { queryClient } from '#lib/query-client.ts';
import { siteQuery } from '#lib/site.ts';
import { useSiteClock, weekdayDate } from '#lib/term.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { latestNews, markAllRead, newsOf } from './news.queries.ts';
import { NewsItem } from './news-item.tsx';

export async function loader(): Promise<null> {
  await queryClient.ensureQueryData(siteQuery);
  return null;
}

/** All that one was told, by days. */
export function NewsPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const isUnreadOnly = search.get('unread') === '1';
  return (
    <>
      <PageHeader
        title={t('news.title')}
        lead={t('news.lead')}
        actions={<ButtonLink to="/profile/notifications">{t('news.choose')}</ButtonLink>}
      />
      <div className="grid max-w-[52rem] gap-5">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <Segmented
            label={t('news.filter')}
            name="news"
            value={isUnreadOnly ? 'unread' : 'all'}
            options={[
              { value: 'all', text: t('news.all') },
              { value: 'unread', text: t('news.unread') },
            ]}
            onChange={(value) =>
              setSearch(value === 'unread' ? { unread: '1' } : {}, { replace: true })
            }
          />
          <MarkAll />
        </div>
        <Panel
          key={String(isUnreadOnly)}
          skeleton={<SkeletonRows rows={8} columns={['w-80', 'w-16']} />}
        >
          <Feed isUnreadOnly={isUnreadOnly} />
        </Panel>
      </div>
    </>
  );
}

function MarkAll() {
  const { t } = useTranslation();
  const { data } = useQuery(latestNews);
  const { mutate, isPending } = useMutation(markAllRead);
  const newestId = data?.items[0]?.id;
  if (newestId === undefined || data?.unread === 0) return null;
  return (
    <WriteButton disabled={isPending} onClick={() => mutate(newestId)}>
      {t('news.markAll')}
    </WriteButton>
  );
}

function Feed({ isUnreadOnly }: { isUnreadOnly: boolean }) {
  const { t } = useTranslation();
  const { today } = useSiteClock();
  const zone = useSiteZone() ?? 'UTC';
  const feed = useSuspenseInfiniteQuery(newsOf({ unread: isUnreadOnly }));
  const items = feed.data.pages.flatMap((page) => page.items);
  const days = Object.entries(
    Object.groupBy(items, ({ at }) => todayIn(new Date(at), zone)),
  ).flatMap(([date, news]) => (news ? [{ date, news }] : []));

  function dayInWords(date: string): string {
    if (date === today) return t('audit.today');
    return date === addDays(today, -1) ? t('audit.yesterday') : weekdayDate(date);
  }

  return (
    <>
      <Newer than={items[0]} onShow={() => void feed.refetch()} />
      {items.length === 0 ? (
        <EmptyNote text={t(isUnreadOnly ? 'news.emptyUnread' : 'news.empty')} />
      ) : null}
      {days.map(({ date, news }) => (
        <section key={date} aria-label={dayInWords(date)}>
          <h2 className="mb-1.5 text-label text-ink-2">{dayInWords(date)}</h2>
          <ol className="overflow-hidden rounded-panel border border-line bg-surface">
            {news.map((one) => (
              <li key={one.id} className="border-line border-b last:border-b-0">
                <NewsItem news={one} />
              </li>
            ))}
          </ol>
        </section>
      ))}
      {items.length > 0 ? (
        <div className="flex items-center gap-3">
          {feed.hasNextPage ? (
            <Button disabled={feed.isFetchingNextPage} onClick={() => void feed.fetchNextPage()}>
              {t('news.older')}
            </Button>
          ) : (
            <p role="status" className="text-ink-2">
              {t('news.end')}
            </p>
          )}
        </div>
      ) : null}
    </>
  );
}

/** What came since is offered, and does not move the list by itself. */
function Newer({ than, onShow }: { than: Notification | undefined; onShow: () => void }) {
  const { t } = useTranslation();
  const { data } = useQuery(latestNews);
  const newer = data?.items.filter(({ id, readAt }) => readAt === null && id > (than?.id ?? 0));
  const count = newer?.length ?? 0;
  return (
    <div role="status" className="empty:hidden">
      {count > 0 ? <Button onClick={onShow}>{t('news.newer', { count })}</Button> : null}
    </div>
  );
}

export { NewsPage as Component };
