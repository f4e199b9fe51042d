import type { Overview } from '@cmp/shared/overview';
import type { StatusCounts } from '@cmp/shared/users';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

const most = 10;

/** The servers, each with how its users stand; of many, those with most to do. */
export function ServerStanding({ servers }: { servers: Overview['servers'] }) {
  const { t } = useTranslation();
  const shown =
    servers.length <= most
      ? servers
      : servers.toSorted((a, b) => toDo(b.counts) - toDo(a.counts)).slice(0, most);
  return (
    <div className="grid gap-2">
      <ul className="border-line border-t">
        {shown.map(({ id, name, counts }) => (
          <li
            key={id}
            className="grid min-h-9 grid-cols-[minmax(0,1fr)_auto_4rem_3rem] items-center gap-3 border-line border-b hover:bg-surface touch:min-h-12"
          >
            <Link
              to={`/servers/${id}`}
              translate="no"
              className="truncate font-semibold hover:text-accent-ink hover:underline"
            >
              {name}
            </Link>
            <span className="tnum flex gap-2.5 text-[0.8125rem]">
              {counts.soon > 0 ? (
                <Link
                  to={`/servers/${id}?status=soon`}
                  aria-label={t('servers.soonCount', { count: counts.soon })}
                  className="text-soon-ink hover:underline"
                >
                  {`▲ ${counts.soon}`}
                </Link>
              ) : null}
              {counts.expired > 0 ? (
                <Link
                  to={`/servers/${id}?status=expired`}
                  aria-label={t('servers.expiredCount', { count: counts.expired })}
                  className="text-expired-ink hover:underline"
                >
                  {`✕ ${counts.expired}`}
                </Link>
              ) : null}
            </span>
            <StandingBar counts={counts} />
            <span className="tnum text-right">{counts.all.toLocaleString('en')}</span>
          </li>
        ))}
      </ul>
      {servers.length > most ? (
        <Link to="/servers" className="justify-self-start text-accent-ink hover:underline">
          {t('overview.allServers', { count: servers.length })}
        </Link>
      ) : null}
    </div>
  );
}

/** The parts of a server's users, by status. The numbers beside it say the same. */
function StandingBar({ counts }: { counts: StatusCounts }) {
  const parts = [
    { name: 'active', count: counts.active, fill: 'runway-fill' },
    { name: 'soon', count: counts.soon, fill: 'bg-soon-fill' },
    { name: 'expired', count: counts.expired, fill: 'bg-expired-fill' },
    { name: 'disabled', count: counts.disabled, fill: 'bg-off-fill opacity-60' },
  ];
  return (
    <span aria-hidden data-bar className="flex h-1.5 overflow-hidden rounded-full bg-sunken">
      {parts.map(({ name, count, fill }) => (
        <span key={name} className={fill} style={{ flexGrow: count }} />
      ))}
    </span>
  );
}

const toDo = ({ soon, expired }: StatusCounts) => soon + expired;
