import { MutationCache, QueryCache, QueryClient, type QueryKey } from '@tanstack/react-query';
import { toast } from 'sonner';
import { ApiError } from './api-error.ts';
import { connection } from './connection.ts';
import { explain } from './explain.ts';
import { createStore } from './store.ts';

declare module '@tanstack/react-query' {
  interface Register {
    mutationMeta: {
      invalidates?: readonly QueryKey[];
      /** A form tells of its own refusals, beside its fields. */
      told?: 'by the form';
    };
  }
}

/** How often the API said that a new password must be chosen first; the router follows it. */
export const passwordChangeDemands = createStore(0);

/** A mutation names what it makes stale; refetching that, and telling of failures, is done here. */
export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      networkMode: 'always',
      retry: (failures, error) => failures < 2 && isPassing(error),
      throwOnError: false,
    },
    mutations: { networkMode: 'always' },
  },
  queryCache: new QueryCache({ onError: heedPasswordDemand }),
  mutationCache: new MutationCache({
    onError: (error, _variables, _result, mutation) => {
      heedPasswordDemand(error);
      if (mutation.meta?.told !== 'by the form') toast.error(explain(error));
    },
    onSettled: async (_data, _error, _variables, _result, mutation) => {
      const staleKeys = mutation.meta?.invalidates ?? [];
      await Promise.all(staleKeys.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
    },
  }),
});

// What is shown is from before the silence; nobody should have to ask for what came since.
connection.subscribe(() => {
  if (connection.get().online) void queryClient.invalidateQueries();
});

function heedPasswordDemand(error: Error): void {
  if (!(error instanceof ApiError) || error.code !== 'password_change_required') return;
  passwordChangeDemands.set(passwordChangeDemands.get() + 1);
}

function isPassing(error: Error): boolean {
  return error instanceof ApiError && (error.code === 'busy' || error.code === 'unavailable');
}
