import { password } from './given.ts';
import { picture } from './pictures.ts';
import type { World } from './route-matrix.world.ts';

/** A request the route takes, if who sends it may: what each needs besides its address. */
export const bodies: Record<string, (world: World) => object> = {
  'POST /api/setup': ({ token }) => ({ token, username: 'first', password, displayName: 'First' }),
  'POST /api/auth/login': ({ username }) => ({ username, password }),
  'POST /api/auth/password': () => ({
    currentPassword: password,
    newPassword: 'orchard-velvet-comet-9',
  }),
  'POST /api/notifications/read': () => ({ upTo: 2_147_483_647 }),
  'PUT /api/admin/matviews/user_status_matview': () => ({ exists: true }),
  'PATCH /api/notifications/preferences': () => ({
    ...{ version: 1, choices: {}, quietFrom: null, quietUntil: null },
  }),
  'PATCH /api/auth/profile': () => ({ version: 1, displayName: 'Renamed' }),
  'POST /api/accounts': () => ({
    username: 'new',
    displayName: 'New',
    role: 'viewer',
  }),
  'PATCH /api/accounts/:id': () => ({ version: 1, displayName: 'Renamed' }),
  'POST /api/accounts/:id/reset-password': () => ({ version: 1 }),
  'PUT /api/accounts/:id/grants': ({ ids }) => ({
    version: 1,
    grants: [{ serverId: ids.servers?.home, level: 'view' }],
  }),
  'POST /api/servers': () => ({ name: 'new' }),
  'PUT /api/servers/order': ({ serverIds }) => ({ serverIds }),
  'PATCH /api/servers/:id': () => ({ version: 1, note: 'altered' }),
  'POST /api/servers/:serverId/users': () => ({ accountName: 'new' }),
  'PATCH /api/users/:id': () => ({ version: 1, remark: 'altered' }),
  'POST /api/users/:id/extend': () => ({ months: 1 }),
  'POST /api/services': () => ({ name: 'new' }),
  'PUT /api/services/order': ({ serviceIds }) => ({ serviceIds }),
  'PATCH /api/services/:id': () => ({ version: 1, devices: 3 }),
  'POST /api/plans': ({ ids }) => ({
    action: 'users:extend',
    ids: [ids.users?.home],
    months: 1,
  }),
  'POST /api/plans/:id/commit': () => ({}),
  'POST /api/snapshots/restore': ({ ids }) => ({
    mode: 'merge',
    snapshotId: ids.snapshots?.whole,
  }),
  'POST /api/snapshots': () => ({ kind: 'config' }),
  'POST /api/snapshots/recovery-key': () => ({ password }),
  'PATCH /api/settings/:section': () => ({ version: 1, values: { siteName: 'Altered' } }),
  'POST /api/system/host/certificate-renew': () => ({ password }),
  'POST /api/system/host/restart-api': () => ({ password }),
  'POST /api/system/host/restart-worker': () => ({ password }),
  'POST /api/system/host/restart-bot': () => ({ password }),
  'PATCH /api/telegram/chats/:id': () => ({ signInAlerts: false }),
  'POST /api/settings/:section/test': () => ({}),
  'POST /api/settings/:section/reveal': () => ({ password }),
};

const anyPicture = await picture('png');

/** What the routes take that take a file. */
export const files: Record<string, { type: string; body: Buffer }> = {
  'POST /api/servers/:serverId/users/import': form('users.csv', 'account_name\r\nimported'),
  'PUT /api/settings/general/logo': form('logo.png', anyPicture),
  'PUT /api/settings/general/favicon': form('favicon.png', anyPicture),
  'PUT /api/auth/avatar': form('me.png', anyPicture),
  'PUT /api/accounts/:id/avatar': form('you.png', anyPicture),
};

/** What a route takes in its query. */
export const queries: Record<string, string> = {
  'POST /api/admin/matviews/user_status_matview/refresh': '?mode=now',
  'DELETE /api/accounts/:id': '?version=1',
  'DELETE /api/servers/:id': '?version=1',
  'DELETE /api/users/:id': '?version=1',
  'DELETE /api/services/:id': '?version=1',
  'PUT /api/settings/general/logo': '?theme=light',
  'DELETE /api/settings/general/logo': '?theme=light',
};

function form(fileName: string, content: Buffer | string): { type: string; body: Buffer } {
  const head = `--cut\r\ncontent-disposition: form-data; name="file"; filename="${fileName}"\r\n\r\n`;
  const body = Buffer.concat([
    Buffer.from(head),
    Buffer.from(content),
    Buffer.from('\r\n--cut--\r\n'),
  ]);
  return { type: 'multipart/form-data; boundary=cut', body };
}
