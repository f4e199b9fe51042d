import { GeneralSection, type SettingsChange } from '@cmp/shared/settings/sections';
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { siteQuery } from '#lib/site.ts';

export const generalSettings = queryOptions({
  queryKey: ['settings', 'general'],
  queryFn: ({ signal }) => api.get('/settings/general', GeneralSection, { signal }),
});

export const changeGeneralSettings = mutationOptions({
  mutationFn: (change: SettingsChange) => api.patch('/settings/general', change, GeneralSection),
  meta: { told: 'by the form', invalidates: [generalSettings.queryKey, siteQuery.queryKey] },
});
