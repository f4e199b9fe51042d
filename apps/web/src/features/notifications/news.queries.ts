import { NotificationList, Unread } from '@cmp/shared/notifications';
import { infiniteQueryOptions, mutationOptions, queryOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { queryClient } from '#lib/query-client.ts';

const newsKey = ['news'] as const;

/** The last of what one was told. Asked for by itself, so whoever was signed out is not asked to sign in for it. */
export const latestNews = queryOptions({
  queryKey: ['bell'],
  queryFn: ({ signal }) =>
    api.get('/notifications?limit=15', NotificationList, { signal, ifSignedOut: 'throw' }),
});

/** All of it, newest first, older and older. */
export const newsOf = ({ unread }: { unread: boolean }) =>
  infiniteQueryOptions({
    queryKey: [...newsKey, unread ? 'unread' : 'all'],
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string | undefined }) => {
      const query = new URLSearchParams({ limit: '30' });
      if (unread) query.set('unread', '1');
      if (pageParam !== undefined) query.set('before', pageParam);
      return api.get(`/notifications?${query}`, NotificationList, { signal });
    },
    initialPageParam: undefined,
    getNextPageParam: ({ nextCursor }): string | undefined => nextCursor,
  });

/** All there are up to one. The marks of what is unread stay until the list is fetched again, to be seen. */
export const markRead = mutationOptions({
  mutationFn: (upTo: number) => api.post('/notifications/read', { upTo }, Unread),
  onSuccess: ({ unread }) =>
    queryClient.setQueryData(latestNews.queryKey, (news) => news && { ...news, unread }),
});

/** The same where the reader asks for it. */
export const markAllRead = mutationOptions({
  ...markRead,
  meta: { invalidates: [newsKey, latestNews.queryKey] },
});
