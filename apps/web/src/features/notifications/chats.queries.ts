import { LinkCode, LinkedChat, LinkedChats } from '@cmp/shared/bot';
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { ownPreferences } from './preferences.queries.ts';

/** The chats that act for one's account. */
export const linkedChats = queryOptions({
  queryKey: ['telegram', 'chats'],
  queryFn: ({ signal }) => api.get('/telegram/chats', LinkedChats, { signal }),
});

/** Opens the linking of one chat, and closes what was opened before. It is not kept once it is no longer shown. */
export const linkCode = queryOptions({
  queryKey: ['telegram', 'link-code'],
  queryFn: ({ signal }) => api.post('/telegram/link-code', {}, LinkCode, { signal }),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 0,
  retry: false,
});

export const turnAlerts = mutationOptions({
  mutationFn: ({ id, signInAlerts }: { id: number; signInAlerts: boolean }) =>
    api.patch(`/telegram/chats/${id}`, { signInAlerts }, LinkedChat),
  meta: { invalidates: [linkedChats.queryKey] },
});

export const unlinkChat = mutationOptions({
  mutationFn: (id: number) => api.delete(`/telegram/chats/${id}`),
  meta: { invalidates: [linkedChats.queryKey, ownPreferences.queryKey] },
});
