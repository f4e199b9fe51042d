import { Menu } from '@base-ui/react/menu';
import type { Server } from '@cmp/shared/servers';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { menuItemShape, menuLineShape, menuShape } from '#components/menu-shape.ts';
import { offerUndo } from '#components/undo-toast.tsx';
import { connection } from '#lib/connection.ts';
import { serverList } from '#lib/server-list.ts';
import { useCan, useMay } from '#lib/session.ts';
import { useStore } from '#lib/store.ts';
import { EditServerDialog } from './server-dialogs.tsx';
import { removeServer } from './servers.queries.ts';

interface ServerActionsProps {
  server: Server;
  /** Further entries, before the deletion. */
  children?: ReactNode;
}

/** What can be done with a server as a whole; nothing for those who may do nothing. */
export function ServerActions({ server, children }: ServerActionsProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const can = useCan();
  const may = useMay();
  const [editing, edit] = useState(false);
  const { online } = useStore(connection);
  const { data: servers } = useQuery(serverList);
  const { mutate } = useMutation(removeServer);
  const mayUpdate = can('servers:update', server.id);
  const mayDelete = may('servers:delete');
  if (!mayUpdate && !mayDelete && !children) return null;

  function remove() {
    const count = servers?.items.find(({ id }) => id === server.id)?.counts.all ?? 0;
    mutate(server, {
      onSuccess: ({ changeId }) => {
        offerUndo(t('servers.removed', { name: server.name, count }), changeId);
        if (location.pathname === `/servers/${server.id}`) void navigate('/servers');
      },
    });
  }

  return (
    <>
      <Menu.Root>
        <Menu.Trigger
          aria-label={t('servers.actions', { name: server.name })}
          className="grid size-8 shrink-0 place-items-center rounded-control text-ink-3 hover:bg-sunken hover:text-ink data-popup-open:bg-sunken touch:size-11"
        >
          <Ellipsis aria-hidden size={16} />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner align="end" sideOffset={6} className="z-30">
            <Menu.Popup className={menuShape}>
              {mayUpdate ? (
                <Menu.Item className={menuItemShape} disabled={!online} onClick={() => edit(true)}>
                  {t('servers.edit')}
                </Menu.Item>
              ) : null}
              {children}
              {mayDelete ? (
                <>
                  <Menu.Separator className={menuLineShape} />
                  <Menu.Item
                    className={`${menuItemShape} text-danger`}
                    disabled={!online}
                    onClick={remove}
                  >
                    {t('servers.remove')}
                  </Menu.Item>
                </>
              ) : null}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {editing ? <EditServerDialog server={server} onClose={() => edit(false)} /> : null}
    </>
  );
}
