import { Overview } from '@cmp/shared/overview';
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

/** What needs attention on every server in sight, or on one. */
export const overviewOf = (serverId?: number) =>
  queryOptions({
    queryKey: ['overview', serverId ?? 'all'],
    queryFn: ({ signal }) =>
      api.get(serverId === undefined ? '/overview' : `/overview?serverId=${serverId}`, Overview, {
        signal,
      }),
  });
