import { AuditList, type BulkWish, Committed, Plan } from '@cmp/shared/changes';
import { Anchors, type NewUser, User, type UserChange, UserList } from '@cmp/shared/users';
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { api, type Changed } from '#lib/api.ts';
import { serverList } from '#lib/server-list.ts';
import { windowSize } from './user-windows.ts';

const usersKey = ['users'] as const;

/** What an altered user makes stale: lists, counts and the overview. */
export const staleAfterUsers = [usersKey, serverList.queryKey, ['overview']] as const;

/** Whose users, and which: `query` is the API's own words for filter and order. */
export interface Listing {
  serverId: number | undefined;
  query: string;
}

const placeOf = ({ serverId }: Listing) =>
  serverId === undefined ? '/users' : `/servers/${serverId}/users`;

export const windowsKey = [...usersKey, 'window'] as const;

const anchorsOf = (listing: Listing) =>
  queryOptions({
    queryKey: [...usersKey, 'anchors', listing],
    queryFn: ({ signal }) =>
      api.get(`${placeOf(listing)}/anchors?${listing.query}&every=${windowSize}`, Anchors, {
        signal,
      }),
  });

/** One window of the list. All but the first begin at an anchor, so that the hundredth costs what the second does. */
export const windowOfUsers = (listing: Listing, window: number) =>
  queryOptions({
    queryKey: [...windowsKey, listing, window],
    // Comparing two hundred rows by value costs more than drawing them.
    structuralSharing: false,
    queryFn: async ({ signal, client }): Promise<UserList> => {
      const path = `${placeOf(listing)}?${listing.query}&limit=${windowSize}`;
      if (window === 0) return api.get(path, UserList, { signal });
      const anchors = await client.fetchQuery(anchorsOf(listing));
      const anchor = anchors.items[window - 1];
      if (anchor === undefined) return emptyWindow;
      return api.get(`${path}&cursor=${anchor}`, UserList, { signal });
    },
  });

/** A window behind the end of a list that has become shorter. */
const emptyWindow: UserList = {
  items: [],
  total: 0,
  counts: { all: 0, active: 0, soon: 0, expired: 0, disabled: 0 },
};

export const userById = (userId: number) =>
  queryOptions({
    queryKey: [...usersKey, 'one', userId],
    queryFn: ({ signal }) => api.get(`/users/${userId}`, User, { signal }),
  });

/** Those on a server that a name is found in; the same name is among the first by name. */
export const usersNamed = (serverId: number, name: string) =>
  queryOptions({
    queryKey: [...usersKey, 'named', serverId, name],
    queryFn: ({ signal }) =>
      api.get(
        `/servers/${serverId}/users?${new URLSearchParams({ q: name, limit: '200' })}`,
        UserList,
        {
          signal,
        },
      ),
  });

export const historyOfUser = (userId: number) =>
  queryOptions({
    queryKey: [...usersKey, 'history', userId],
    queryFn: ({ signal }) => api.get(`/users/${userId}/history?limit=50`, AuditList, { signal }),
  });

export const createUser = mutationOptions({
  mutationFn: ({ serverId, user }: { serverId: number; user: NewUser }): Promise<Changed<User>> =>
    api.change('POST', `/servers/${serverId}/users`, user, User),
  meta: { told: 'by the form', invalidates: staleAfterUsers },
});

export const changeUser = mutationOptions({
  mutationFn: ({ id, change }: { id: number; change: UserChange }): Promise<Changed<User>> =>
    api.change('PATCH', `/users/${id}`, change, User),
  meta: { told: 'by the form', invalidates: staleAfterUsers },
});

/** Turning a row on or off, by a switch rather than a form. */
export const switchUser = mutationOptions({
  mutationFn: ({ user, enabled }: { user: User; enabled: boolean }): Promise<Changed<User>> =>
    api.change('PATCH', `/users/${user.id}`, { version: user.version, enabled }, User),
  meta: { invalidates: staleAfterUsers },
});

export const extendUser = mutationOptions({
  mutationFn: ({ user, months }: { user: User; months: number }): Promise<Changed<User>> =>
    api.change('POST', `/users/${user.id}/extend`, { months }, User),
  meta: { invalidates: staleAfterUsers },
});

/** Works out an act on chosen users and makes it real at once; without a change where there is nothing to alter. */
export const makeBulk = mutationOptions({
  mutationFn: async (wish: BulkWish): Promise<{ plan: Plan; changeId: number | null }> => {
    const plan = await api.post('/plans', wish, Plan);
    if (plan.counts.changed + plan.counts.removed === 0) return { plan, changeId: null };
    const { changeId } = await api.post(`/plans/${plan.id}/commit`, {}, Committed);
    return { plan, changeId };
  },
  meta: { invalidates: staleAfterUsers },
});

export const removeUser = mutationOptions({
  mutationFn: ({ id, version }: User) => api.remove(`/users/${id}?version=${version}`),
  meta: { invalidates: staleAfterUsers },
});
