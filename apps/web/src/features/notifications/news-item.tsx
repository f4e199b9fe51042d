import type { Notification } from '@cmp/shared/notifications';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Ago } from '#components/ago.tsx';
import { useMay, useSession } from '#lib/session.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { placeOf } from './news-place.ts';
import { NewsSentence } from './news-sentence.tsx';
import { alarmOf, detailsOf } from './news-words.ts';

interface NewsItemProps {
  news: Notification;
  onFollow?: () => void;
}

/** One piece of news: what happened, what else is known of it, how long ago; and the way to where it belongs. */
export function NewsItem({ news, onFollow }: NewsItemProps) {
  const { account } = useSession();
  const place = placeOf(news, { username: account.username, may: useMay() });
  if (place === undefined)
    return (
      <div className={rowShape}>
        <Content news={news} />
      </div>
    );
  return (
    <Link to={place} onClick={onFollow} className={`${rowShape} hover:bg-sunken`}>
      <Content news={news} />
    </Link>
  );
}

const rowShape =
  'grid grid-cols-[0.75rem_minmax(0,1fr)_auto] items-baseline gap-x-2 px-4 py-2.5 focus-visible:-outline-offset-2';

function Content({ news }: { news: Notification }) {
  const { t } = useTranslation();
  const zone = useSiteZone();
  const alarm = alarmOf(news);
  const details = detailsOf(news, zone);
  const isUnread = news.readAt === null;
  return (
    <>
      <span className="self-center justify-self-center">
        {isUnread ? (
          <>
            <span data-bar aria-hidden className="block size-2 rounded-full bg-accent" />
            <span className="sr-only">{t('news.unread')}</span>
          </>
        ) : null}
      </span>
      <span className="min-w-0 text-pretty wrap-anywhere text-ink">
        {alarm ? (
          <span aria-hidden className={`mr-1.5 text-[0.6875rem] ${signShapeOf[alarm]}`}>
            {signOf[alarm]}
          </span>
        ) : null}
        <NewsSentence news={news} />
      </span>
      <span className="text-label font-normal text-ink-3">
        <Ago at={news.at} />
      </span>
      {details.length > 0 ? (
        <span className="tnum col-start-2 line-clamp-2 text-label font-normal wrap-anywhere text-ink-3">
          {details.map(({ text, isName }, index) => (
            <Fragment key={text}>
              {index > 0 ? ' · ' : null}
              <span translate={isName ? 'no' : undefined}>{text}</span>
            </Fragment>
          ))}
        </span>
      ) : null}
    </>
  );
}

const signOf = { soon: '▲', expired: '✕' } as const;
const signShapeOf = { soon: 'text-soon-ink', expired: 'text-expired-ink' } as const;
