import { type NewServer, Server, type ServerChange, ServerList } from '@cmp/shared/servers';
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { serverList } from '#lib/server-list.ts';

const serversKey = ['servers'] as const;
const staleAfterServers = [serversKey, ['overview'], ['users']] as const;

export const serverById = (serverId: number) =>
  queryOptions({
    queryKey: [...serversKey, serverId],
    queryFn: ({ signal }) => api.get(`/servers/${serverId}`, Server, { signal }),
  });

export const reorderServers = mutationOptions({
  mutationFn: (serverIds: number[]) =>
    api.change('PUT', '/servers/order', { serverIds }, ServerList),
  meta: { invalidates: [serverList.queryKey] },
});

export const createServer = mutationOptions({
  mutationFn: (server: NewServer) => api.change('POST', '/servers', server, Server),
  meta: { told: 'by the form', invalidates: staleAfterServers },
});

export const changeServer = mutationOptions({
  mutationFn: ({ id, change }: { id: number; change: ServerChange }) =>
    api.change('PATCH', `/servers/${id}`, change, Server),
  meta: { told: 'by the form', invalidates: staleAfterServers },
});

export const removeServer = mutationOptions({
  mutationFn: ({ id, version }: Server) => api.remove(`/servers/${id}?version=${version}`),
  meta: { invalidates: [serverList.queryKey, ['overview']] },
});
