import type { APIRequestContext } from '@playwright/test';

/** Whom Sam lets in to two servers, and the page they are shown at. */
export interface Colleague {
  username: string;
  displayName: string;
  role: 'server_admin' | 'viewer';
  level: 'manage' | 'view';
  address: string;
}

/** How the portal looks to those who are no admins: scenes by name. */
export const colleagues: Record<string, Colleague> = {
  'as-server-admin': {
    ...{ username: 'htet', displayName: 'Htet Naing', role: 'server_admin', level: 'manage' },
    address: '/',
  },
  'as-viewer': {
    ...{ username: 'nyein', displayName: 'Nyein Chan', role: 'viewer', level: 'view' },
    address: '/servers/2',
  },
};

const password = 'velvet-orchard-comet-19';

/** Makes the account with its grants and signs it in with a password of its own. The request keeps the cookies. */
export async function letIn(
  sam: APIRequestContext,
  theirs: APIRequestContext,
  url: string,
  { username, displayName, role, level }: Colleague,
): Promise<void> {
  const headers = { origin: url };
  const made = await sam.post(`${url}/api/accounts`, {
    headers,
    data: { username, displayName, role },
  });
  const { account, oneTimePassword } = await made.json();
  const granted = await sam.put(`${url}/api/accounts/${account.id}/grants`, {
    headers,
    data: { version: account.version, grants: [1, 2].map((serverId) => ({ serverId, level })) },
  });
  if (!granted.ok()) throw new Error(await granted.text());
  await theirs.post(`${url}/api/auth/login`, {
    headers,
    data: { username, password: oneTimePassword },
  });
  const chosen = await theirs.post(`${url}/api/auth/password`, {
    headers,
    data: { currentPassword: oneTimePassword, newPassword: password },
  });
  if (!chosen.ok()) throw new Error(await chosen.text());
}
