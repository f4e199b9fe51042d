import { ServiceList } from '@cmp/shared/services';
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

/** What is sold, in the order in which it is offered. */
export const serviceList = queryOptions({
  queryKey: ['services'],
  queryFn: ({ signal }) => api.get('/services', ServiceList, { signal }),
  staleTime: 300_000,
});
