import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Ago } from '#components/ago.tsx';
import { FailureNote } from '#components/failure-note.tsx';
import { Notice } from '#components/notice.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { StatusWord } from '#components/status-word.tsx';
import { partOf, systemState, textIn } from '#lib/system.ts';
import { codeOf } from '#lib/system-words.ts';
import { usePresence } from '#lib/use-presence.ts';

const pollMs = 15_000;

/** How the bot fares with Telegram now, in words, and where it does not, what mends it. */
export function BotHealth() {
  const { t } = useTranslation();
  const refetchInterval = usePresence() ? pollMs : false;
  const { data, error, refetch } = useQuery({ ...systemState, refetchInterval });
  if (error && !data) return <FailureNote error={error} onRetry={() => void refetch()} />;
  const part = partOf(data, 'telegram');
  if (!part) return data ? null : <SkeletonRows rows={1} columns={['w-20', 'w-40']} />;
  if (part.state === 'off')
    return (
      <p>
        <StatusWord status="off">{t('system.state.off')}</StatusWord>
        <span className="ml-3 text-ink-2">{t('system.off.telegram')}</span>
      </p>
    );

  const username = textIn(part, 'username');
  const lastSuccess = textIn(part, 'lastSuccess');
  const lastError = textIn(part, 'lastError');
  const isWell = part.state === 'good';
  return (
    <div className="grid max-w-[640px] gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <StatusWord status={statusOf[part.state]}>{t(`system.state.${part.state}`)}</StatusWord>
        {username === undefined ? null : (
          <span translate="no" className="font-mono text-[0.8125rem] text-ink-2">
            {`@${username}`}
          </span>
        )}
        {lastSuccess === undefined ? null : (
          <span className="text-ink-3">
            {t('system.fact.lastSuccess')} <Ago at={lastSuccess} />
          </span>
        )}
      </div>
      {isWell ? (
        <p className="text-ink-2">{t('system.botWell')}</p>
      ) : (
        <Notice
          tone={part.state === 'bad' ? 'danger' : 'soon'}
          title={t(`system.codes.${codeOf(part)}.said`)}
        >
          <p>{t(`system.codes.${codeOf(part)}.mend`)}</p>
          {lastError === undefined ? null : (
            <p className="mt-1.5 wrap-anywhere">{t('settings.said', { said: lastError })}</p>
          )}
        </Notice>
      )}
    </div>
  );
}

const statusOf = { good: 'active', warn: 'soon', bad: 'expired' } as const;
