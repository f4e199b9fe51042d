import type { ServerListing } from '@cmp/shared/servers';
import { useMutation } from '@tanstack/react-query';
import { startTransition, useOptimistic } from 'react';
import { useTranslation } from 'react-i18next';
import { offerUndo } from '#components/undo-toast.tsx';
import { reorderServers } from './servers.queries.ts';

interface ServerOrder {
  arranged: readonly ServerListing[];
  move: (serverId: number, toIndex: number) => void;
}

/** The servers as the account last arranged them. A refused arrangement undoes itself. */
export function useServerOrder(servers: readonly ServerListing[]): ServerOrder {
  const { t } = useTranslation();
  const { mutateAsync } = useMutation(reorderServers);
  const [arranged, arrange] = useOptimistic(servers, inOrder);

  function move(serverId: number, toIndex: number) {
    if (toIndex < 0 || toIndex >= arranged.length) return;
    const otherIds = arranged.map(({ id }) => id).filter((id) => id !== serverId);
    const serverIds = otherIds.toSpliced(toIndex, 0, serverId);
    startTransition(async () => {
      arrange(serverIds);
      try {
        const { changeId } = await mutateAsync(serverIds);
        const name = servers.find(({ id }) => id === serverId)?.name;
        offerUndo(t('servers.moved', { name, place: toIndex + 1 }), changeId);
      } catch {
        // The mutation cache has told the account.
      }
    });
  }

  return { arranged, move };
}

function inOrder(servers: readonly ServerListing[], serverIds: readonly number[]) {
  const placeOf = new Map(serverIds.map((id, place) => [id, place]));
  const place = ({ id }: ServerListing) => placeOf.get(id) ?? servers.length;
  return servers.toSorted((a, b) => place(a) - place(b));
}
