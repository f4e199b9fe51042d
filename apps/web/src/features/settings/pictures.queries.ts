import { Site } from '@cmp/shared/health';
import type { ShownTheme } from '@cmp/shared/images';
import { mutationOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { queryClient } from '#lib/query-client.ts';
import { siteQuery } from '#lib/site.ts';

export const setLogo = mutationOptions({
  mutationFn: ({ theme, file }: { theme: ShownTheme; file: File }) =>
    api.putFile(`/settings/general/logo?theme=${theme}`, file, Site),
  onSuccess: keepSite,
  meta: { told: 'by the form' },
});

export const removeLogo = mutationOptions({
  mutationFn: (theme: ShownTheme) => api.delete(`/settings/general/logo?theme=${theme}`),
  meta: { invalidates: [siteQuery.queryKey] },
});

export const setFavicon = mutationOptions({
  mutationFn: (file: File) => api.putFile('/settings/general/favicon', file, Site),
  onSuccess: keepSite,
  meta: { told: 'by the form' },
});

export const removeFavicon = mutationOptions({
  mutationFn: () => api.delete('/settings/general/favicon'),
  meta: { invalidates: [siteQuery.queryKey] },
});

function keepSite(site: Site): void {
  queryClient.setQueryData(siteQuery.queryKey, site);
}
