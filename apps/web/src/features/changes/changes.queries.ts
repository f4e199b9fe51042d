import { AuditList } from '@cmp/shared/changes';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';

const pageSize = '100';

/** The log under a filter (the API's own words), newest first, older and older. */
export const auditOf = (filter: string) =>
  infiniteQueryOptions({
    queryKey: ['audit', 'list', filter],
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: AuditPosition }) => {
      const query = new URLSearchParams(filter);
      query.set('limit', pageSize);
      for (const [key, value] of Object.entries(pageParam)) query.set(key, value);
      return api.get(`/audit?${query}`, AuditList, { signal });
    },
    initialPageParam: {},
    getNextPageParam: (page): AuditPosition | undefined => behind(page, filter),
  });

/** Where the next page begins. */
export type AuditPosition = Record<string, string>;

/**
 * Behind the last row; but where one change filled the page, behind all of that change, or an import of thousands
 * would have to be paged through. Asked for by itself a change is shown whole.
 */
export function behind(
  { items, nextCursor }: AuditList,
  filter: string,
): AuditPosition | undefined {
  if (nextCursor === undefined) return undefined;
  const [first, last] = [items[0], items.at(-1)];
  const isOneChange = first !== undefined && first.changeId === last?.changeId;
  if (isOneChange && !new URLSearchParams(filter).has('changeId'))
    return { beforeChange: String(first.changeId) };
  return { cursor: nextCursor };
}
