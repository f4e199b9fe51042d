import { type AuditEntry, AuditList } from '@cmp/shared/changes';
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

/** What moved a row to the bin, where it lies there and this account may read its history. */
export const deletionOf = (table: 'servers' | 'users', rowId: number) =>
  queryOptions({
    queryKey: ['audit', 'deletion', table, rowId],
    queryFn: async ({ signal }): Promise<AuditEntry | null> => {
      const path = `/audit?table=${table}&rowId=${rowId}&limit=1`;
      const { items } = await api.get(path, AuditList, { signal });
      const [latest] = items;
      return latest?.after.deletedAt ? latest : null;
    },
  });
