import {
  Host,
  type HostAct,
  HostActBegun,
  type HostUnit,
  type HostUnitName,
} from '@cmp/shared/host';
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';
import { queryClient } from './query-client.ts';

/** The services that run the portal, where it is installed as such; watched while one of them moves. */
export const hostState = queryOptions({
  queryKey: ['host'],
  queryFn: ({ signal }) => api.get('/system/host', Host, { signal }),
  refetchInterval: ({ state }) => (state.data?.units.some(isMoving) ? movingMs : false),
});

/** What is done to which unit. */
export const actOf = {
  'cmp-api': 'restart-api',
  'cmp-worker': 'restart-worker',
  'cmp-telegram-bot': 'restart-bot',
  'cmp-certificate-renew': 'certificate-renew',
} as const satisfies Record<HostUnitName, HostAct>;

export const beginAct = (act: HostAct) =>
  mutationOptions({
    mutationFn: (password: string) => api.post(`/system/host/${act}`, { password }, HostActBegun),
    meta: { told: 'by the form', invalidates: [hostState.queryKey] },
  });

/** Waits until the unit is another than before and stands still; undefined where that takes too long. */
export const awaitUnit = mutationOptions({
  mutationFn: async (before: HostUnit): Promise<HostUnit | undefined> => {
    const until = Date.now() + longestMs[actOf[before.name]];
    while (Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, movingMs));
      const unit = await lookAt(before.name);
      if (unit && unit.since !== before.since && !isMoving(unit)) return unit;
    }
    return undefined;
  },
  meta: { told: 'by the form' },
});

export function isMoving({ state }: HostUnit): boolean {
  return state === 'activating' || state === 'deactivating' || state === 'reloading';
}

/** Whether its last run came to nothing. A renewal that ended well is stopped again. */
export function hasFailed({ state, result }: HostUnit): boolean {
  return state === 'failed' || (state === 'inactive' && result !== 'success');
}

/** Undefined where nobody answers: the API may be what is restarted. */
async function lookAt(name: HostUnitName): Promise<HostUnit | undefined> {
  const host = await queryClient
    .fetchQuery({ ...hostState, staleTime: 0, retry: false })
    .catch(() => undefined);
  return host?.units.find((unit) => unit.name === name);
}

const movingMs = 1_500;
/** Some time beyond what the units themselves are allowed. */
const longestMs: Record<HostAct, number> = {
  'restart-api': 150_000,
  'restart-worker': 150_000,
  'restart-bot': 120_000,
  'certificate-renew': 930_000,
};
