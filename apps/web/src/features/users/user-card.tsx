import type { User } from '@cmp/shared/users';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { Highlight } from '#components/highlight.tsx';
import { TermRunway } from '#components/term-runway.tsx';
import { type SiteClock, shortDate } from '#lib/term.ts';
import type { ColumnId } from './user-columns.ts';
import { leftColour } from './user-row.tsx';

export const cardHeightPx = 86;

interface UserCardProps {
  user: User | undefined;
  index: number;
  top: number;
  clock: SiteClock;
  wanted: string;
  columns: readonly ColumnId[];
  isOpen: boolean;
}

/** A row where there is no room for columns: who, what, until when, and the runway across. */
export const UserCard = memo(function UserCard(props: UserCardProps) {
  const { t } = useTranslation();
  const { user, index, clock, wanted, columns } = props;
  const place = { transform: `translateY(${props.top}px)`, height: cardHeightPx };
  if (!user) {
    return (
      <div role="listitem" style={place} className={cardShape}>
        <span className="skeleton block h-3 w-32" />
        <span className="skeleton block h-2.5 w-48" />
      </div>
    );
  }
  const term = clock.termOf(user.expiresOn);
  const factOf = {
    server: user.serverName,
    service: user.service,
    contact: user.contact,
    remark: user.remark,
  };
  const facts = (['server', 'service', 'contact', 'remark'] as const)
    .filter((column) => columns.includes(column))
    .map((column) => factOf[column]);
  return (
    <div role="listitem" style={place} className={cardShape} data-open={props.isOpen || undefined}>
      <div className="flex items-baseline justify-between gap-4">
        <button
          type="button"
          data-index={index}
          translate="no"
          className="min-w-0 truncate text-left font-semibold after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
        >
          <Highlight text={user.accountName} wanted={wanted} />
        </button>
        {columns.includes('left') ? (
          <span className={`tnum shrink-0 font-[550] ${leftColour[user.status]}`}>
            {user.status === 'disabled' ? t('term.paused') : term.left}
          </span>
        ) : null}
      </div>
      <div className="flex items-baseline justify-between gap-4 text-[0.8125rem] text-ink-2">
        <span translate="no" className="min-w-0 truncate">
          {facts.filter((fact) => fact !== null).join(' · ') || '—'}
        </span>
        {columns.includes('expires') ? (
          <span translate="no" className="tnum shrink-0">
            {user.expiresOn === null ? t('term.never') : shortDate(user.expiresOn)}
          </span>
        ) : null}
      </div>
      <TermRunway
        status={user.status}
        share={term.share}
        label={user.status === 'disabled' ? t('term.disabled') : term.spoken}
        className="mt-1 w-full"
      />
    </div>
  );
});

const cardShape =
  'absolute inset-x-0 top-0 grid grid-cols-1 content-center gap-1 border-line border-b bg-surface px-gutter data-open:bg-accent-wash';
