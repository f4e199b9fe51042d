import { DeliveryList, type DeliveryQuery } from '@cmp/shared/notifications';
import { infiniteQueryOptions, mutationOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';

/** What of the deliveries is asked for. */
export type DeliveryFilter = Pick<DeliveryQuery, 'channel' | 'state'>;

const deliveriesKey = ['deliveries'] as const;
const pollMs = 5_000;

/** Newest first, older and older; the newest are watched while one of them waits. */
export const deliveriesOf = ({ channel, state }: DeliveryFilter) =>
  infiniteQueryOptions({
    queryKey: [...deliveriesKey, channel ?? '', state ?? ''],
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string | undefined }) => {
      const query = new URLSearchParams({ limit: '30' });
      if (channel) query.set('channel', channel);
      if (state) query.set('state', state);
      if (pageParam !== undefined) query.set('before', pageParam);
      return api.get(`/deliveries?${query}`, DeliveryList, { signal });
    },
    initialPageParam: undefined,
    getNextPageParam: ({ nextCursor }): string | undefined => nextCursor,
  });

/** How often the log is worth asking again by itself. */
export function pollOf(pages: readonly DeliveryList[]): number | false {
  const [first, ...others] = pages;
  const isMoving = first?.items.some((delivery) => delivery.state === 'waiting') ?? false;
  return isMoving && others.length === 0 ? pollMs : false;
}

export const resendDelivery = mutationOptions({
  mutationFn: (id: number) => api.run(`/deliveries/${id}/resend`),
  meta: { invalidates: [deliveriesKey] },
});
