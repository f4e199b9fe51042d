import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { followSiteTheme } from './appearance.ts';
import { siteQuery } from './site.ts';

const shipped = '/favicon.svg';

/** Keeps the tab's sign and the theme of those who did not choose as the site says. */
export function useSiteFace(): void {
  const { data: site } = useQuery(siteQuery);

  useEffect(() => {
    if (!site) return;
    followSiteTheme(site.theme);
    link('icon', site.favicon ?? shipped, site.favicon ? 'image/png' : 'image/svg+xml');
    link('apple-touch-icon', site.touchIcon, 'image/png');
  }, [site]);
}

function link(rel: string, href: string | null, type: string): void {
  const found = document.head.querySelector<HTMLLinkElement>(`link[rel="${rel}"]`);
  if (href === null) {
    found?.remove();
    return;
  }
  const one = found ?? document.head.appendChild(document.createElement('link'));
  Object.assign(one, { rel, type, href });
}
