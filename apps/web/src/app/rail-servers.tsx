import { nameKey } from '@cmp/shared/primitives';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { inputShape } from '#components/field.tsx';
import { serverList } from '#lib/server-list.ts';

/** More than these are not found by looking. */
const findAbove = 12;

/** The servers in their order, the fastest way to work: how many users each has, and whether some need a hand. */
export function RailServers() {
  const { t } = useTranslation();
  const { data: servers } = useQuery(serverList);
  const [query, setQuery] = useState('');
  if (!servers || servers.total === 0) return <span className="flex-1" />;
  const found = servers.items.filter(({ name }) => nameKey(name).includes(nameKey(query)));

  return (
    <section
      aria-label={t('shell.railServers')}
      className="mt-5 flex min-h-0 flex-1 flex-col border-line border-b"
    >
      <h2 className="px-2.5 pb-1.5 text-label text-ink-3">{t('shell.servers')}</h2>
      {servers.total > findAbove ? (
        <input
          type="search"
          value={query}
          aria-label={t('shell.railFind')}
          placeholder={t('shell.railFind')}
          onChange={(event) => setQuery(event.target.value)}
          className={`${inputShape} mb-1.5 h-7! shrink-0`}
        />
      ) : null}
      <ul className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1 pb-2">
        {found.map(({ id, name, counts }) => {
          const needsHand = counts.soon > 0 || counts.expired > 0;
          return (
            <li key={id}>
              <NavLink
                to={`/servers/${id}`}
                className="flex h-[30px] items-center gap-2 rounded-control px-2.5 text-ink-2 focus-visible:-outline-offset-2 hover:bg-sunken hover:text-ink aria-[current]:bg-sunken aria-[current]:font-semibold aria-[current]:text-ink"
              >
                <span
                  className={`size-1.5 shrink-0 rounded-full ${needsHand ? 'bg-soon-fill' : ''}`}
                />
                <span translate="no" className="min-w-0 flex-1 truncate">
                  {name}
                </span>
                {needsHand ? <span className="sr-only">{t('shell.railAttention')}</span> : null}
                <span className="tnum text-[0.75rem]">{counts.all.toLocaleString('en')}</span>
              </NavLink>
            </li>
          );
        })}
        {found.length === 0 ? <li className="px-2.5 text-ink-3">{t('shell.railNone')}</li> : null}
      </ul>
    </section>
  );
}
