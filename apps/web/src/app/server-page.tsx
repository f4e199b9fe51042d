import { Menu } from '@base-ui/react/menu';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { type LoaderFunctionArgs, useParams } from 'react-router';
import { ExpiryStrip } from '#components/expiry-strip.tsx';
import { menuLineShape } from '#components/menu-shape.ts';
import { ServerActions } from '#features/servers/server-actions.tsx';
import { ServerHeader } from '#features/servers/server-header.tsx';
import { serverIdIn } from '#features/servers/server-id.ts';
import { serverById } from '#features/servers/servers.queries.ts';
import { FirstSheet, SheetMenu, SheetMenuItems } from '#features/spreadsheets/sheet-menu.tsx';
import { useUserView } from '#features/users/use-user-view.ts';
import { apiQueryOf } from '#features/users/user-view.ts';
import { UsersWorkspace } from '#features/users/users-workspace.tsx';
import { ViewMenuItems } from '#features/users/view-menu.tsx';
import { overviewOf } from '#lib/overview.ts';
import { queryClient } from '#lib/query-client.ts';
import { siteQuery } from '#lib/site.ts';
import { useSiteClock } from '#lib/term.ts';
import { narrowScreen, useMedia } from '#lib/use-media.ts';

export async function loader({ params }: LoaderFunctionArgs): Promise<null> {
  const serverId = serverIdIn(params);
  void queryClient.prefetchQuery(overviewOf(serverId));
  await Promise.all([
    queryClient.ensureQueryData(serverById(serverId)),
    queryClient.ensureQueryData(siteQuery),
  ]);
  return null;
}

/** One server: which it is, when its users' terms end, and the users. */
export function ServerPage() {
  const serverId = serverIdIn(useParams());
  const { data: server } = useSuspenseQuery(serverById(serverId));
  const { data: overview } = useQuery(overviewOf(serverId));
  const { view, change } = useUserView();
  const { today, soonUntil } = useSiteClock();
  const isNarrow = useMedia(narrowScreen);
  const query = apiQueryOf(view).toString();

  return (
    <>
      <ServerHeader
        server={server}
        counts={overview?.counts}
        actions={
          <ServerActions server={server}>
            {isNarrow ? (
              <>
                <SheetMenuItems serverId={serverId} query={query} />
                <Menu.Separator className={menuLineShape} />
                <ViewMenuItems view={view} ofServer onChange={change} />
              </>
            ) : null}
          </ServerActions>
        }
      />
      {overview?.counts.all === 0 ? null : (
        <ExpiryStrip
          today={overview?.today ?? today}
          soonUntil={soonUntil}
          expiries={overview?.expiries ?? []}
          selected={view.expires}
          onSelect={(expires) => change({ ...view, expires })}
        />
      )}
      <UsersWorkspace
        key={serverId}
        serverId={serverId}
        first={{ actions: <FirstSheet serverId={serverId} /> }}
        tools={<SheetMenu serverId={serverId} query={query} />}
      />
    </>
  );
}

export { ServerPage as Component };
