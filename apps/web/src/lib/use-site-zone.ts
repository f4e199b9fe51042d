import { useQuery } from '@tanstack/react-query';
import { siteQuery } from './site.ts';

/** The zone that the site keeps its days in; undefined until it is known. */
export function useSiteZone(): string | undefined {
  return useQuery(siteQuery).data?.timeZone;
}
