import { JobKind } from '@cmp/shared/jobs';
import type { Notification } from '@cmp/shared/notifications';
import { Trans, useTranslation } from 'react-i18next';
import { sectionName } from '#lib/notification-words.ts';
import { sectionIn, sentenceOf } from './news-words.ts';

/** An event as a sentence: who did what to which users on which servers, of those the reader sees. */
export function NewsSentence({ news }: { news: Notification }) {
  const { t } = useTranslation();
  const { facts, servers } = news;
  const section = sectionIn(news);
  const job = JobKind.safeParse(facts.kind).data;
  const users = servers.reduce((sum, server) => sum + server.users, 0);
  const name = users === 1 ? servers.find((server) => server.users === 1)?.names[0] : undefined;
  const [server, ...others] = servers;

  return (
    <Trans
      i18nKey={`news.said.${sentenceOf(news)}`}
      components={{
        who:
          news.actorName === null ? (
            <Plain text={t('news.portal')} />
          ) : (
            <Name text={news.actorName} />
          ),
        users:
          name === undefined ? (
            <Plain text={t('news.users', { count: users })} />
          ) : (
            <Name text={name} />
          ),
        where:
          server && others.length === 0 ? (
            <Name text={server.name} />
          ) : (
            <Plain text={t('news.servers', { count: servers.length })} />
          ),
        months: <Plain text={t('audit.months', { count: numberOf(facts.months) })} />,
        days: <Plain text={t('news.days', { count: numberOf(facts.daysLeft) })} />,
        domain: <Name text={String(facts.domain ?? '')} />,
        section: <Plain text={t(section ? sectionName[section] : 'settings.title')} />,
        job: <Plain text={t(job ? `jobs.kind.${job}` : 'news.job')} />,
      }}
    />
  );
}

const Plain = ({ text }: { text: string }) => text;

/** What somebody named. By a property, since Trans puts its own children in. */
function Name({ text }: { text: string }) {
  return (
    <strong translate="no" className="wrap-anywhere font-semibold">
      {text}
    </strong>
  );
}

const numberOf = (fact: unknown): number => (typeof fact === 'number' ? fact : 0);
