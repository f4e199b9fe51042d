import { Change } from '@cmp/shared/changes';
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

/** One act: how many rows it altered, and whether it was undone. */
export const changeById = (changeId: number) =>
  queryOptions({
    queryKey: ['audit', 'change', changeId],
    queryFn: ({ signal }) => api.get(`/changes/${changeId}`, Change, { signal }),
  });
