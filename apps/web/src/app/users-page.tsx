import { Menu } from '@base-ui/react/menu';
import { useQuery } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '#components/button.tsx';
import { menuShape } from '#components/menu-shape.ts';
import { PageHeader } from '#components/page-header.tsx';
import { useUserView } from '#features/users/use-user-view.ts';
import { UsersWorkspace } from '#features/users/users-workspace.tsx';
import { ViewMenuItems } from '#features/users/view-menu.tsx';
import { queryClient } from '#lib/query-client.ts';
import { serverList } from '#lib/server-list.ts';
import { useMay } from '#lib/session.ts';
import { siteQuery } from '#lib/site.ts';
import { narrowScreen, useMedia } from '#lib/use-media.ts';

export async function loader(): Promise<null> {
  void queryClient.prefetchQuery(serverList);
  await queryClient.ensureQueryData(siteQuery);
  return null;
}

/** Everybody on every server in sight. */
export function UsersPage() {
  const { t } = useTranslation();
  const { data: servers } = useQuery(serverList);
  const isNarrow = useMedia(narrowScreen);
  const mayAddServer = useMay()('servers:create');
  return (
    <>
      <PageHeader
        title={t('users.title')}
        lead={t('users.lead')}
        actions={isNarrow ? <ListMenu /> : null}
      />
      <UsersWorkspace
        {...(servers?.total === 0 &&
          mayAddServer && {
            first: {
              text: t('users.emptyNoServer'),
              actions: (
                <>
                  <ButtonLink tone="primary" to="/servers?new=">
                    {t('servers.add')}
                  </ButtonLink>
                  <ButtonLink to="/snapshots/restore">{t('snapshots.restoreFile')}</ButtonLink>
                </>
              ),
            },
          })}
        emptyHint={
          servers ? (
            <p className="w-full text-ink-2">{t('users.emptySeen', { count: servers.total })}</p>
          ) : null
        }
      />
    </>
  );
}

/** What stands beside the list where there is room for it. */
function ListMenu() {
  const { t } = useTranslation();
  const { view, change } = useUserView();
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={t('users.listActions')}
        className="grid size-11 place-items-center rounded-control text-ink-3 hover:bg-sunken hover:text-ink data-popup-open:bg-sunken"
      >
        <Ellipsis aria-hidden size={16} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={6} className="z-30">
          <Menu.Popup className={menuShape}>
            <ViewMenuItems view={view} ofServer={false} onChange={change} />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

export { UsersPage as Component };
