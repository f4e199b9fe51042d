import type { User } from '@cmp/shared/users';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { EmptyNote } from '#components/empty-note.tsx';
import { TermRunway } from '#components/term-runway.tsx';
import { WriteButton } from '#components/write-button.tsx';
import { useSiteClock } from '#lib/term.ts';

interface RenewNextProps {
  users: readonly User[];
  mayExtend: (user: User) => boolean;
  onExtend: (user: User) => void;
}

/** Whose term is over or ends next, and the press that lengthens it. */
export function RenewNext({ users, mayExtend, onExtend }: RenewNextProps) {
  const { t } = useTranslation();
  const clock = useSiteClock();
  if (users.length === 0) return <EmptyNote text={t('overview.renewNone')} />;
  return (
    <ol className="border-line border-t">
      {users.map((user) => {
        const status = clock.statusOf(user);
        const term = clock.termOf(user.expiresOn);
        return (
          <li
            key={user.id}
            className="grid min-h-11 grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)_auto_6rem_auto] items-center gap-x-4 border-line border-b hover:bg-surface touch:grid-cols-[minmax(0,1fr)_auto_auto] touch:gap-y-0 touch:py-2.5"
          >
            <Link
              to={`/servers/${user.serverId}?row=${user.id}&sort=expires`}
              translate="no"
              className="min-w-0 truncate font-semibold hover:text-accent-ink hover:underline"
            >
              {user.accountName}
            </Link>
            <Link
              to={`/servers/${user.serverId}`}
              translate="no"
              className="min-w-0 truncate text-ink-2 hover:text-ink hover:underline touch:col-start-1 touch:row-start-2"
            >
              {user.serverName}
            </Link>
            <span className="flex items-center touch:hidden">
              <TermRunway status={status} share={term.share} label={term.spoken} />
            </span>
            <span
              className={`tnum touch:row-span-2 touch:text-right ${status === 'expired' ? 'text-expired-ink' : ''} ${status === 'soon' ? 'font-[550] text-soon-ink' : ''}`}
            >
              {term.left}
            </span>
            <span className="touch:col-start-3 touch:row-span-2 touch:row-start-1">
              {mayExtend(user) ? (
                <WriteButton
                  size="row"
                  aria-label={t('overview.extendName', { name: user.accountName })}
                  onClick={() => onExtend(user)}
                >
                  {t('users.extendShort')}
                </WriteButton>
              ) : null}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
