import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useMatches } from 'react-router';
import * as z from 'zod';
import { accountIdIn } from '#features/accounts/account-id.ts';
import { accountById } from '#features/accounts/accounts.queries.ts';
import { serverIdIn } from '#features/servers/server-id.ts';
import { serverById } from '#features/servers/servers.queries.ts';

const Handle = z.object({
  crumb: z.enum([
    'servers',
    'server',
    'users',
    'profile',
    'accounts',
    'newAccount',
    'account',
    'audit',
    'notifications',
    'import',
    'snapshots',
    'restore',
    'settings',
  ]),
});

/** Where the page stands, from the top down; the last one is the page itself. */
export function Breadcrumb() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const places = useMatches().flatMap(({ handle, pathname, params }) => {
    const { data } = Handle.safeParse(handle);
    if (!data) return [];
    return [
      {
        to: pathname,
        text: nameOf(data.crumb, params),
        translate:
          data.crumb === 'account' || data.crumb === 'server' ? ('no' as const) : undefined,
      },
    ];
  });

  function nameOf(
    crumb: z.infer<typeof Handle>['crumb'],
    params: { accountId?: string; serverId?: string },
  ): string {
    switch (crumb) {
      case 'import':
        return t('sheets.import');
      case 'restore':
        return t('snapshots.restoreTitle');
      case 'newAccount':
        return t('accounts.createTitle');
      case 'account':
        return queries.getQueryData(accountById(accountIdIn(params)).queryKey)?.displayName ?? '';
      case 'server':
        return queries.getQueryData(serverById(serverIdIn(params)).queryKey)?.name ?? '';
      default:
        return t(`shell.${crumb}`);
    }
  }

  const { pathname } = useLocation();
  if (pathname === '/') places.push({ to: '/', text: t('shell.overview'), translate: undefined });
  return (
    <nav aria-label={t('shell.breadcrumb')} className="min-w-0 touch:hidden">
      <ol className="flex min-w-0 items-center gap-1.5 text-ink-2">
        {places.map(({ to, text, translate }, index) => (
          <li key={to} className="flex min-w-0 items-center gap-1.5">
            {index > 0 ? <span aria-hidden>/</span> : null}
            {index < places.length - 1 ? (
              <Link
                translate={translate}
                to={to}
                className="rounded-tag hover:text-ink hover:underline"
              >
                {text}
              </Link>
            ) : (
              <span
                translate={translate}
                aria-current="page"
                className="truncate font-semibold text-ink"
              >
                {text}
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
