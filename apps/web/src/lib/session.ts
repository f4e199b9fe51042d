import { Session } from '@cmp/shared/auth';
import type { Action, GrantedAction } from '@cmp/shared/permissions';
import { can, roleCan } from '@cmp/shared/permissions';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import { queryClient } from './query-client.ts';

/** Who is signed in. Asked for quietly: without a session the router goes to the sign-in page. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => api.get('/auth/session', Session, { signal, ifSignedOut: 'throw' }),
  staleTime: 60_000,
});

/** The session of the person looking at the page; only below the panel's layout, which made sure of it. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** Whether this person's role may do something at all, to hide what would be refused. */
export function useMay(): (action: Action) => boolean {
  const { role } = useSession().account;
  return (action) => roleCan(role, action);
}

/** Whether this account may do something on a server: the role, and where it is no admin the grant. */
export function useCan(): (action: GrantedAction, serverId: number) => boolean {
  const { account, grants } = useSession();
  return (action, serverId) => can({ role: account.role, grants }, action, serverId);
}

/** Starts afresh as this account: nothing that another one read stays in the browser. */
export function beginSession(session: Session): void {
  queryClient.clear();
  queryClient.setQueryData(sessionQuery.queryKey, session);
}

/** Takes over what the API answered about the session in force. */
export function keepSession(session: Session): void {
  queryClient.setQueryData(sessionQuery.queryKey, session);
}

/** Ends the session, and leaves by loading the sign-in page anew, so that nothing stays in the tab. */
export async function signOut(): Promise<void> {
  await api.run('/auth/logout', { ifSignedOut: 'throw' }).catch(() => undefined);
  sessionStorage.clear();
  location.assign('/login');
}
