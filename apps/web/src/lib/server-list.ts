import { ServerList } from '@cmp/shared/servers';
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

/** Every server this account may see, in their order. */
export const serverList = queryOptions({
  queryKey: ['servers', 'list'],
  queryFn: ({ signal }) => api.get('/servers', ServerList, { signal }),
});
