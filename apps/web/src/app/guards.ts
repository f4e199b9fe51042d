import type { Session } from '@cmp/shared/auth';
import { type Action, roleCan } from '@cmp/shared/permissions';
import { type MiddlewareFunction, redirect } from 'react-router';
import { setupState } from '#features/auth/auth.queries.ts';
import { ApiError } from '#lib/api-error.ts';
import { queryClient } from '#lib/query-client.ts';
import { sessionQuery } from '#lib/session.ts';

/** Opens to whoever is signed in with a password of their own; others go where they get that. */
export const asSignedIn: MiddlewareFunction = async ({ request }) => {
  const url = new URL(request.url);
  const session = await sessionIfAny();
  if (!session) {
    if (await needsSetUp()) throw redirect('/setup');
    const to = url.pathname === '/' ? '' : `?to=${encodeURIComponent(url.pathname + url.search)}`;
    throw redirect(`/login${to}`);
  }
  const changing = url.pathname === '/change-password';
  if (session.account.mustChangePassword && !changing) throw redirect('/change-password');
  if (!session.account.mustChangePassword && changing) throw redirect('/profile/security');
};

/** Opens to whoever is not signed in, once there is an account to sign in to. */
export const asGuest: MiddlewareFunction = async () => {
  if (await sessionIfAny()) throw redirect('/');
  if (await needsSetUp()) throw redirect('/setup');
};

/** Opens until the first account is made. */
export const toBeSetUp: MiddlewareFunction = async () => {
  if (!(await needsSetUp())) throw redirect('/login');
};

/** Opens to the roles that may do this; below `asSignedIn`. */
export function only(action: Action): MiddlewareFunction {
  return async () => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (!roleCan(session.account.role, action)) throw redirect('/403');
  };
}

async function sessionIfAny(): Promise<Session | undefined> {
  try {
    return await queryClient.ensureQueryData(sessionQuery);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'unauthenticated') return undefined;
    throw error;
  }
}

async function needsSetUp(): Promise<boolean> {
  const { required } = await queryClient.ensureQueryData(setupState);
  return required;
}
