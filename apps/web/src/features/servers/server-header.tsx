import type { Server } from '@cmp/shared/servers';
import type { StatusCounts } from '@cmp/shared/users';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { CopyValue } from '#components/copy-value.tsx';
import { Title } from '#components/title.tsx';

interface ServerHeaderProps {
  server: Server;
  counts: StatusCounts | undefined;
  actions?: ReactNode;
}

/** Which server this is, where it is reached, and how its users stand. */
export function ServerHeader({ server, counts, actions }: ServerHeaderProps) {
  const { t } = useTranslation();
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-8 gap-y-3 pt-5 pb-4 touch:pt-4">
      <Title page={server.name} />
      <div className="grid min-w-0 grid-cols-1 gap-1">
        <div className="flex items-center gap-1 touch:-my-1.5 touch:gap-0">
          <h1 tabIndex={-1} translate="no" className="min-w-0 wrap-anywhere text-title">
            {server.name}
          </h1>
          {actions}
        </div>
        <div className="flex flex-wrap items-center gap-x-5 text-ink-2 wrap-anywhere">
          {server.ipAddress ? <CopyValue text={server.ipAddress} /> : null}
          {server.domainName ? <CopyValue text={server.domainName} /> : null}
          {server.owner ? <span>{t('servers.ownedBy', { owner: server.owner })}</span> : null}
          {server.serviceType ? <span translate="no">{server.serviceType}</span> : null}
        </div>
        {server.note ? (
          <p translate="no" className="max-w-[72ch] text-ink-2 wrap-anywhere">
            {server.note}
          </p>
        ) : null}
      </div>
      <dl className="flex min-h-12 gap-8 touch:w-full touch:justify-between touch:gap-4">
        <Numeral to="?" count={counts?.all} word={t('servers.numeralUsers')} />
        <Numeral to="?status=active" count={counts?.active} word={t('servers.numeralActive')} />
        <Numeral
          to="?status=soon"
          count={counts?.soon}
          word={t('servers.numeralSoon')}
          colour="text-soon-ink"
        />
        <Numeral
          to="?status=expired"
          count={counts?.expired}
          word={t('servers.numeralExpired')}
          colour="text-expired-ink"
        />
      </dl>
    </header>
  );
}

interface NumeralProps {
  to: string;
  count: number | undefined;
  word: string;
  colour?: string;
}

function Numeral({ to, count, word, colour = '' }: NumeralProps) {
  return (
    <div className="flex flex-col-reverse justify-end text-right touch:text-left">
      <dt className="text-label font-normal text-ink-2">{word}</dt>
      <dd className={`tnum text-kpi ${count === 0 ? 'text-ink-3' : colour}`}>
        <Link to={to} preventScrollReset className="rounded-tag hover:underline">
          {count === undefined ? '–' : count.toLocaleString('en')}
        </Link>
      </dd>
    </div>
  );
}
