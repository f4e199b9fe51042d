import type { User } from '@cmp/shared/users';
import { UserList } from '@cmp/shared/users';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountList } from '#features/accounts/accounts.queries.ts';
import { api } from '#lib/api.ts';
import { changeAppearance, Theme } from '#lib/appearance.ts';
import { explain } from '#lib/explain.ts';
import { serverList } from '#lib/server-list.ts';
import { signOut, useCan, useMay, useSession } from '#lib/session.ts';
import { useSettledText } from '#lib/use-settled-text.ts';
import { useDestinations } from './navigation.ts';
import { type Findable, found } from './palette-match.ts';
import { recentsOf } from './palette-recents.ts';

export type Group = 'recent' | 'users' | 'servers' | 'go' | 'accounts' | 'actions';

/** Something to go to, or to do. */
export interface PaletteEntry extends Findable {
  id: string;
  group: Group;
  detail?: string | undefined;
  /** Whether people named it: such a text is not translated. */
  isName: boolean;
  to?: string;
  act?: () => void;
}

/** What the palette offers for what is typed. */
export interface PaletteEntries {
  entries: PaletteEntry[];
  isSearching: boolean;
  failure: string | undefined;
}

const settleMs = 150;
const mostServers = 6;
const mostActions = 5;
const mostUsers = 8;

export function usePaletteEntries(typed: string, onShortcuts: () => void): PaletteEntries {
  const { account } = useSession();
  const fixed = useFixedEntries(onShortcuts);
  const servers = useServerEntries();
  const accounts = useAccountEntries();
  const users = useUserEntries(typed);

  if (typed.trim() === '') {
    const recents = recentsOf(account.id).map((recent) => ({
      ...recent,
      id: `recent ${recent.to}`,
      group: 'recent' as const,
      isName: true,
    }));
    const pages = fixed.filter(({ group }) => group === 'go');
    return { entries: [...recents, ...pages], isSearching: false, failure: undefined };
  }
  const places = found(fixed, typed);
  return {
    entries: [
      ...places.filter(({ group }) => group === 'go'),
      ...found(servers.places, typed).slice(0, mostServers),
      ...users.entries,
      ...found(accounts, typed).slice(0, mostServers),
      ...[
        ...places.filter(({ group }) => group === 'actions'),
        ...found(servers.actions, typed),
      ].slice(0, mostActions),
    ],
    isSearching: users.isSearching,
    failure: users.failure,
  };
}

/** Pages and acts that are always there, for whom they are. */
function useFixedEntries(onShortcuts: () => void): PaletteEntry[] {
  const { t } = useTranslation();
  const may = useMay();
  const destinations = useDestinations();
  const page = (to: string, text: string, also: string): PaletteEntry => ({
    id: to,
    group: 'go',
    isName: false,
    to,
    text,
    also,
  });
  const act = (id: string, text: string, also: string, run: () => void): PaletteEntry => ({
    id,
    group: 'actions',
    isName: false,
    act: run,
    text,
    also,
  });
  const themeWord = { system: 'themeSystem', light: 'themeLight', dark: 'themeDark' } as const;

  return [
    ...destinations.map(({ to, text }) => {
      const name = text.replace('shell.', '');
      return page(to, t(text), isAlso(name) ? t(`palette.also.${name}`) : '');
    }),
    page('/profile/details', t('shell.profile'), t('palette.also.profile')),
    page('/profile/security', t('palette.security'), t('palette.also.security')),
    page('/profile/appearance', t('palette.appearance'), t('palette.also.appearance')),
    page('/notifications', t('news.title'), t('palette.also.notifications')),
    page('/profile/notifications', t('news.choose'), t('palette.also.choose')),
    ...(may('system:read')
      ? [page('/settings/system', t('settings.system'), t('palette.also.system'))]
      : []),
    ...(may('accounts:create')
      ? [
          {
            ...page('/accounts/new', t('palette.addAccount'), t('palette.also.addAccount')),
            group: 'actions' as const,
          },
        ]
      : []),
    act('shortcuts', t('shell.shortcuts'), t('palette.also.shortcuts'), onShortcuts),
    ...Theme.options.map((theme) =>
      act(
        `theme ${theme}`,
        t('palette.theme', { theme: t(`shell.${themeWord[theme]}`) }),
        t('palette.also.theme'),
        () => changeAppearance({ theme }),
      ),
    ),
    act('sign-out', t('palette.signOut'), t('palette.also.signOut'), () => void signOut()),
  ];
}

const alsoKnown = ['users', 'accounts', 'servers', 'audit', 'overview', 'settings'] as const;
const isAlso = (name: string): name is (typeof alsoKnown)[number] =>
  alsoKnown.some((known) => known === name);

/** Servers to go to, and what may be done on each. */
function useServerEntries(): { places: PaletteEntry[]; actions: PaletteEntry[] } {
  const { t } = useTranslation();
  const can = useCan();
  const { data: servers } = useQuery(serverList);
  const items = servers?.items ?? [];
  return {
    places: items.map(({ id, name, owner }) => ({
      id: `server ${id}`,
      group: 'servers',
      isName: true,
      to: `/servers/${id}`,
      text: name,
      also: t('palette.also.servers'),
      detail: owner ?? undefined,
    })),
    actions: items.flatMap(({ id, name }): PaletteEntry[] => {
      const action = (key: string, to: string, text: string, also: string): PaletteEntry => ({
        id: `${key} ${id}`,
        group: 'actions',
        isName: false,
        to,
        text,
        also,
      });
      const add = t('palette.addUser', { server: name });
      const load = t('palette.import', { server: name });
      return [
        ...(can('users:create', id)
          ? [action('add', `/servers/${id}?row=new`, add, t('palette.also.addUser'))]
          : []),
        ...(can('users:import', id)
          ? [action('import', `/servers/${id}/import`, load, t('palette.also.import'))]
          : []),
      ];
    }),
  };
}

function useAccountEntries(): PaletteEntry[] {
  const isOffered = useMay()('accounts:list');
  const { data: accounts } = useQuery({ ...accountList, enabled: isOffered });
  return (accounts?.items ?? []).map(({ id, displayName, username }) => ({
    id: `account ${id}`,
    group: 'accounts',
    isName: true,
    to: `/accounts/${id}`,
    text: displayName,
    also: username,
    detail: username,
  }));
}

/** A question that is no longer wanted is given up: its request is aborted. */
const usersFound = (wanted: string) =>
  queryOptions({
    queryKey: ['users', 'found', wanted],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ q: wanted, limit: String(mostUsers) });
      return api.get(`/users?${query}`, UserList, { signal });
    },
    enabled: wanted !== '',
  });

/** The API judges what matches; these are not sifted again. */
function useUserEntries(typed: string): PaletteEntries {
  const { t } = useTranslation();
  const settled = useSettledText(typed, settleMs).trim();
  const isSettled = settled === typed.trim();
  const { data: users, error, isFetching } = useQuery(usersFound(settled));
  const entries = isSettled && users ? users.items.map(asEntry) : [];
  const isMore = users && users.total > entries.length && entries.length > 0;
  return {
    entries: isMore
      ? [
          ...entries,
          {
            id: 'all users',
            group: 'users',
            isName: false,
            to: `/users?${new URLSearchParams({ q: settled })}`,
            text: t('palette.allUsers', { count: users.total }),
          },
        ]
      : entries,
    isSearching: !isSettled || isFetching,
    failure: isSettled && error ? t('palette.failed', { reason: explain(error) }) : undefined,
  };
}

const asEntry = (user: User): PaletteEntry => ({
  id: `user ${user.id}`,
  group: 'users',
  isName: true,
  to: `/servers/${user.serverId}?row=${user.id}`,
  text: user.accountName,
  detail: user.serverName,
});
