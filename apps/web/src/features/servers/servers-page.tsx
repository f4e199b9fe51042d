import { nameKey } from '@cmp/shared/primitives';
import type { ServerListing } from '@cmp/shared/servers';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Button, ButtonLink } from '#components/button.tsx';
import { EmptyNote } from '#components/empty-note.tsx';
import { inputShape } from '#components/field.tsx';
import { PageHeader } from '#components/page-header.tsx';
import { Panel } from '#components/panel.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { WriteButton } from '#components/write-button.tsx';
import { queryClient } from '#lib/query-client.ts';
import { serverList } from '#lib/server-list.ts';
import { useMay } from '#lib/session.ts';
import { useShortcuts } from '#lib/shortcuts.ts';
import { NewServerDialog } from './server-dialogs.tsx';
import { ServerHeads, ServerRow } from './server-row.tsx';
import { SortableServerList } from './sortable-server-list.tsx';

export function loader(): null {
  void queryClient.prefetchQuery(serverList);
  return null;
}

/** Every server in sight, in the order an admin gave them. */
export function ServersPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [search, setSearch] = useSearchParams();
  const adding = search.has('new');
  const mayAdd = may('servers:create');
  const add = (open: boolean) => setSearch(open ? { new: '' } : {});
  const shortcuts = useMemo(
    () => (mayAdd ? { n: () => setSearch({ new: '' }) } : {}),
    [mayAdd, setSearch],
  );
  useShortcuts(shortcuts);
  const isFirstUse = useQuery(serverList).data?.total === 0;

  return (
    <>
      <PageHeader
        title={t('servers.title')}
        actions={
          mayAdd && !isFirstUse ? (
            <WriteButton tone="primary" onClick={() => add(true)}>
              {t('servers.add')}
            </WriteButton>
          ) : null
        }
      />
      <Panel
        skeleton={<SkeletonRows rows={8} columns={['w-32', 'w-28', 'w-36', 'w-20', 'w-16']} />}
      >
        <Servers onAdd={() => add(true)} />
      </Panel>
      {adding && mayAdd ? <NewServerDialog onClose={() => add(false)} /> : null}
    </>
  );
}

function Servers({ onAdd }: { onAdd: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const { data: servers } = useSuspenseQuery(serverList);
  const [search, setSearch] = useSearchParams();
  const findRef = useRef<HTMLInputElement>(null);
  const shortcuts = useMemo(() => ({ '/': () => findRef.current?.focus() }), []);
  useShortcuts(shortcuts);
  const query = search.get('q') ?? '';
  const find = (text: string) => setSearch(text ? { q: text } : {}, { replace: true });
  const found = servers.items.filter((server) => matches(server, query));
  const mayAdd = may('servers:create');

  if (servers.total === 0) {
    return (
      <EmptyNote text={t(mayAdd ? 'servers.emptyAdmin' : 'servers.empty')}>
        {mayAdd ? (
          <WriteButton tone="primary" onClick={onAdd}>
            {t('servers.add')}
          </WriteButton>
        ) : null}
        {may('snapshots:restore') ? (
          <ButtonLink to="/snapshots/restore">{t('snapshots.restoreFile')}</ButtonLink>
        ) : null}
      </EmptyNote>
    );
  }
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <input
          ref={findRef}
          type="search"
          value={query}
          aria-label={t('servers.find')}
          placeholder={t('servers.findPlaceholder')}
          onChange={(event) => find(event.target.value)}
          className={`${inputShape} max-w-64`}
        />
        <p role="status" className="tnum text-ink-2">
          {query && may('servers:reorder') ? t('servers.orderLocked') : null}{' '}
          {t('servers.count', { count: found.length })}
        </p>
      </div>
      {found.length === 0 ? (
        <EmptyNote text={t('servers.noneFound', { query })}>
          <Button onClick={() => find('')}>{t('servers.clearFind')}</Button>
        </EmptyNote>
      ) : null}
      {found.length > 0 ? (
        <div>
          <ServerHeads />
          {!query && may('servers:reorder') ? (
            <SortableServerList servers={found} />
          ) : (
            <ol aria-label={t('servers.title')} className="border-line border-t">
              {found.map((server) => (
                <li key={server.id} className="border-line border-b">
                  <ServerRow server={server} />
                </li>
              ))}
            </ol>
          )}
        </div>
      ) : null}
    </div>
  );
}

function matches(server: ServerListing, query: string): boolean {
  const wanted = nameKey(query);
  const { name, ipAddress, domainName, owner } = server;
  return [name, ipAddress, domainName, owner].some((text) => nameKey(text ?? '').includes(wanted));
}

export { ServersPage as Component };
