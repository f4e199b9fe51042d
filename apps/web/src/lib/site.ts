import { Health, Site } from '@cmp/shared/health';
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

/** The site's name, known to everybody. */
export const siteQuery = queryOptions({
  queryKey: ['site'],
  queryFn: ({ signal }) => api.get('/site', Site, { signal }),
  staleTime: 300_000,
});

/** Whether the portal is well, and which version answers. */
export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => api.get('/health', Health, { signal }),
  refetchInterval: 60_000,
});
