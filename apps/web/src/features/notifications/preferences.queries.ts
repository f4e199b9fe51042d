import { NotificationPreferences, type PreferencesChange } from '@cmp/shared/notifications';
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { queryClient } from '#lib/query-client.ts';

/** What one hears of, and when one's phone stays silent. */
export const ownPreferences = queryOptions({
  queryKey: ['notification-preferences'],
  queryFn: ({ signal }) =>
    api.get('/notifications/preferences', NotificationPreferences, { signal }),
});

export const changePreferences = mutationOptions({
  mutationFn: (change: PreferencesChange) =>
    api.patch('/notifications/preferences', change, NotificationPreferences),
  onSuccess: (saved) => queryClient.setQueryData(ownPreferences.queryKey, saved),
  meta: { told: 'by the form', invalidates: [ownPreferences.queryKey] },
});
