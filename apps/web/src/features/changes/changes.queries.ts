import { AuditList } from '@cmp/shared/changes';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';

const pageSize = '100';

/** The log under a filter (the API's own words), newest first, older and older. */
export const auditOf = (filter: string) =>
  infiniteQueryOptions({
    queryKey: ['audit', 'list', filter],
    queryFn: ({ signal, pageParam }) => {
      const query = new URLSearchParams(filter);
      query.set('limit', pageSize);
      if (pageParam) query.set('cursor', pageParam);
      return api.get(`/audit?${query}`, AuditList, { signal });
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
