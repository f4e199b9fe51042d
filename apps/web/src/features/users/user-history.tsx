import type { AuditEntry } from '@cmp/shared/changes';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Ago } from '#components/ago.tsx';
import { FailureNote } from '#components/failure-note.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { fieldNames } from './merge-edits.ts';
import { historyOfUser } from './users.queries.ts';

/** Who did what to this user, latest first. */
export function UserHistory({ userId }: { userId: number }) {
  const { t } = useTranslation();
  const { data: history, error, refetch } = useQuery(historyOfUser(userId));
  return (
    <section className="grid gap-3 border-line border-t pt-4">
      <h3 className="text-[0.9375rem] font-semibold">{t('users.history')}</h3>
      {error && !history ? <FailureNote error={error} onRetry={() => void refetch()} /> : null}
      {!error && !history ? <SkeletonRows rows={2} columns={['w-20', 'w-40']} /> : null}
      {history?.items.length === 0 ? <p className="text-ink-2">{t('users.historyEmpty')}</p> : null}
      <ol className="grid gap-3">
        {history?.items.map((entry) => (
          <li key={entry.id} className="grid gap-0.5 border-line-strong border-l-2 pl-3">
            <div className="flex items-baseline justify-between gap-4">
              <span translate="no" className="min-w-0 truncate font-[550]">
                {entry.accountName}
              </span>
              <span className="shrink-0 text-[0.75rem] text-ink-3">
                <Ago at={entry.at} />
              </span>
            </div>
            <EntryLines entry={entry} />
            {entry.reason ? (
              <p translate="no" className="text-ink-2">
                {entry.reason}
              </p>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The fields a person knows, each from what to what. */
function EntryLines({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const made = Object.keys(entry.before).length === 0;
  if (made) return <p className="text-ink-2">{t('users.historyMade')}</p>;
  if (Object.keys(entry.after).length === 0) {
    return <p className="text-ink-2">{t('users.historyRemoved')}</p>;
  }
  if ('deletedAt' in entry.after) {
    const gone = entry.after.deletedAt !== null;
    return (
      <p className="text-ink-2">{t(gone ? 'users.historyRemoved' : 'users.historyRestored')}</p>
    );
  }
  const altered = fieldNames.filter((name) => name in entry.after);
  return altered.map((name) => (
    <p key={name} className="tnum wrap-anywhere text-ink-2">
      {t('users.historyField', {
        field: t(`users.field.${name}`),
        from: inWords(entry.before[name]),
        to: inWords(entry.after[name]),
      })}
    </p>
  ));

  function inWords(value: unknown): string {
    if (value === true) return t('users.historyOn');
    if (value === false) return t('users.historyOff');
    return value === null || value === undefined ? t('users.historyNothing') : String(value);
  }
}
