import { Popover } from '@base-ui/react/popover';
import { useMutation, useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { type KeyboardEvent, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Button } from '#components/button.tsx';
import { FailureNote } from '#components/failure-note.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { latestNews, markRead } from './news.queries.ts';
import { NewsItem } from './news-item.tsx';

/** The last of the news. What is all in sight is read by that; of more, the reader says so. */
export function NewsPopup({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { data, error, isFetching, refetch } = useQuery({ ...latestNews, staleTime: 0 });
  const { mutate } = useMutation(markRead);
  const items = data?.items ?? [];
  const unread = data?.unread ?? 0;
  const newestId = items[0]?.id;
  const isAllInSight = items.filter(({ readAt }) => readAt === null).length >= unread;

  // The API is to know what was seen, once it is what there is now.
  useEffect(() => {
    if (newestId !== undefined && unread > 0 && isAllInSight && !isFetching) mutate(newestId);
  }, [newestId, unread, isAllInSight, isFetching, mutate]);

  return (
    <>
      <div className="flex items-center gap-2 border-line border-b py-1.5 pr-2 pl-4">
        <Popover.Title className="mr-auto font-semibold">{t('news.title')}</Popover.Title>
        <Link
          to="/profile/notifications"
          onClick={onClose}
          className="rounded-tag py-1 text-accent-ink text-label hover:underline touch:py-3"
        >
          {t('news.choose')}
        </Link>
        <Popover.Close
          aria-label={t('states.close')}
          className="grid size-8 place-items-center rounded-control text-ink-3 hover:bg-sunken hover:text-ink touch:size-11"
        >
          <X aria-hidden size={16} />
        </Popover.Close>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {error && !data ? <FailureNote error={error} onRetry={() => void refetch()} /> : null}
        {!error && !data ? <SkeletonRows rows={3} columns={['w-40', 'w-12']} /> : null}
        {data?.items.length === 0 ? (
          <p className="px-4 py-6 text-ink-2">{t('news.empty')}</p>
        ) : null}
        <ul onKeyDown={walk}>
          {items.map((news) => (
            <li key={news.id} className="border-line border-b last:border-b-0">
              <NewsItem news={news} onFollow={onClose} />
            </li>
          ))}
        </ul>
      </div>
      <div className="flex items-center justify-between gap-4 border-line border-t px-4 py-2">
        <Link
          to="/notifications"
          onClick={onClose}
          className="rounded-tag py-1 font-[550] text-accent-ink hover:underline"
        >
          {t('news.showAll')}
        </Link>
        {unread > 0 && !isAllInSight && newestId !== undefined ? (
          <span className="flex items-center gap-3">
            <span className="tnum text-ink-3">{t('news.moreUnread', { count: unread })}</span>
            <Button size="row" onClick={() => mutate(newestId)}>
              {t('news.markAll')}
            </Button>
          </span>
        ) : null}
      </div>
    </>
  );
}

/** ↑ and ↓ go from one to the next, besides Tab. */
function walk(event: KeyboardEvent<HTMLUListElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const links = [...event.currentTarget.querySelectorAll('a')];
  const at = links.findIndex((link) => link.matches(':focus'));
  const next = links[at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
