import { Matview, MatviewList, RefreshAnswer, type RefreshQuery } from '@cmp/shared/matviews';
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { systemState } from '#lib/system.ts';

const pollMs = 2_000;
const address = '/admin/matviews/user_status_matview';

/** The counts kept beside the data; watched while they are brought up to date. */
export const matviewList = queryOptions({
  queryKey: ['matviews'],
  queryFn: ({ signal }) => api.get('/admin/matviews', MatviewList, { signal }),
  refetchInterval: ({ state }) =>
    state.data?.matviews.some(({ refreshing, pending }) => refreshing || pending) ? pollMs : false,
});

export const switchMatview = mutationOptions({
  mutationFn: (exists: boolean) => api.put(address, { exists }, Matview),
  meta: { invalidates: [matviewList.queryKey, systemState.queryKey] },
});

export const refreshMatview = mutationOptions({
  mutationFn: (mode: RefreshQuery['mode']) =>
    api.post(`${address}/refresh?mode=${mode}`, {}, RefreshAnswer),
  meta: { invalidates: [matviewList.queryKey, systemState.queryKey] },
});
