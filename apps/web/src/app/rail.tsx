import { useQuery } from '@tanstack/react-query';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink } from 'react-router';
import { SiteMark, SiteSign } from '#components/site-mark.tsx';
import { toggleRail, useAppearance } from '#lib/appearance.ts';
import { serverList } from '#lib/server-list.ts';
import { useSiteName } from '#lib/use-site-name.ts';
import { useDestinations } from './navigation.ts';
import { RailServers } from './rail-servers.tsx';

/** The left rail: where one can go, in words, or narrowed to signs. */
export function Rail() {
  const { t } = useTranslation();
  const siteName = useSiteName();
  const destinations = useDestinations();
  const open = useAppearance().rail === 'open';
  const Toggle = open ? PanelLeftClose : PanelLeftOpen;

  return (
    <nav
      aria-label={t('shell.navigation')}
      className={`sticky top-0 flex h-dvh shrink-0 flex-col border-line border-r touch:hidden ${open ? 'w-[232px] px-3' : 'w-14 px-2'}`}
    >
      <Link
        to="/"
        aria-label={siteName}
        className={`mb-2 flex h-[52px] items-center gap-2.5 rounded-control font-semibold text-[0.9375rem] tracking-[-0.01em] focus-visible:-outline-offset-2 ${open ? 'px-2' : 'justify-center'}`}
      >
        {open ? <SiteMark logoShape="max-h-9" nameShape="truncate" /> : <SiteSign />}
      </Link>
      <ul className="grid gap-0.5">
        {destinations.map(({ to, text, icon: Icon }) => (
          <li key={to}>
            <NavLink
              to={to}
              end={to === '/'}
              aria-label={open ? undefined : t(text)}
              title={open ? undefined : t(text)}
              className={`flex h-8 items-center rounded-control border border-transparent font-[550] text-ink-2 transition-colors hover:bg-sunken hover:text-ink aria-[current]:border-line aria-[current]:bg-surface aria-[current]:text-ink aria-[current]:shadow-[inset_2px_0_0_var(--accent)] ${open ? 'px-2.5' : 'justify-center'}`}
            >
              {open ? t(text) : <Icon aria-hidden size={16} strokeWidth={1.75} />}
              {open && to === '/users' ? <UserCount /> : null}
            </NavLink>
          </li>
        ))}
      </ul>
      {open ? <RailServers /> : <span className="flex-1" />}
      <button
        type="button"
        aria-label={t(open ? 'shell.collapse' : 'shell.expand')}
        title={t(open ? 'shell.collapse' : 'shell.expand')}
        className={`my-3 grid size-8 place-items-center rounded-control text-ink-3 hover:bg-sunken hover:text-ink ${open ? 'ml-auto' : 'mx-auto'}`}
        onClick={toggleRail}
      >
        <Toggle aria-hidden size={16} strokeWidth={1.75} />
      </button>
    </nav>
  );
}

/** How many users there are on the servers in sight. */
function UserCount() {
  const { t } = useTranslation();
  const { data: servers } = useQuery(serverList);
  if (!servers) return null;
  const count = servers.items.reduce((total, { counts }) => total + counts.all, 0);
  return (
    <span className="tnum ml-auto text-[0.75rem] font-normal text-ink-3">
      {count.toLocaleString('en')}
      <span className="sr-only">{` ${t('servers.numeralUsers')}`}</span>
    </span>
  );
}
