import type { APIRequestContext } from '@playwright/test';

/** What the tests of notifications ask of a portal beside its pages: a colleague, and the bot's side of a linking. */

export const botToken = 'e2e-bot-service-token-of-nobody-0123456789';

export const lin = { username: 'lin', password: 'velvet-orchard-comet-19' };

/** Lin, let in by Sam, with a password of her own. The request keeps her cookies. */
export async function asLin(
  sam: APIRequestContext,
  linsRequest: APIRequestContext,
  url: string,
  role: 'admin' | 'viewer' = 'admin',
): Promise<void> {
  const headers = { origin: url };
  const made = await sam.post(`${url}/api/accounts`, {
    headers,
    data: { username: lin.username, displayName: 'Lin', role },
  });
  const { oneTimePassword } = await made.json();
  await linsRequest.post(`${url}/api/auth/login`, {
    headers,
    data: { username: lin.username, password: oneTimePassword },
  });
  await linsRequest.post(`${url}/api/auth/password`, {
    headers,
    data: { currentPassword: oneTimePassword, newPassword: lin.password },
  });
}

/** Extends users of a server by a month, all at once. */
export async function extendMany(
  request: APIRequestContext,
  url: string,
  ids: number[],
): Promise<void> {
  const headers = { origin: url };
  const planned = await request.post(`${url}/api/plans`, {
    headers,
    data: { action: 'users:extend', ids, months: 1 },
  });
  const { id } = await planned.json();
  const done = await request.post(`${url}/api/plans/${id}/commit`, { headers, data: {} });
  if (!done.ok()) throw new Error(await done.text());
}

/** Users of a server that have a term. */
export async function datedUsersOf(
  request: APIRequestContext,
  url: string,
  serverId: number,
): Promise<number[]> {
  const answer = await request.get(`${url}/api/users?limit=50`);
  const { items }: { items: { id: number; serverId: number; expiresOn: string | null }[] } =
    await answer.json();
  return items
    .filter((user) => user.serverId === serverId && user.expiresOn !== null)
    .map(({ id }) => id);
}

let updateId = 0;

/** What the bot passes on of a chat. */
export async function botActs(url: string, act: object): Promise<Response> {
  updateId += 1;
  return toBotDoor(url, 'act', {
    ...{ updateId, chatId: '5550001', telegramUserId: '5550001', name: 'Sam’s phone', act },
  });
}

const holder = crypto.randomUUID();

/** The bot says who it is, so that there is something to link with. */
export async function botReports(url: string, more: object = {}): Promise<void> {
  await toBotDoor(url, 'lease', { holder });
  const answer = await toBotDoor(url, 'status', {
    holder,
    lastSuccess: new Date().toISOString(),
    lastError: null,
    code: null,
    username: 'portal_bot',
    updates: 0,
    messages: 0,
    errors: 0,
    latencyMs: 20,
    ...more,
  });
  if (!answer.ok) throw new Error(await answer.text());
}

function toBotDoor(url: string, path: string, body: object): Promise<Response> {
  return fetch(`${url}/internal/bot/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${botToken}` },
    body: JSON.stringify(body),
  });
}
