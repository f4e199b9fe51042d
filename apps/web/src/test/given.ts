import type { Session } from '@cmp/shared/auth';
import type { AuditEntry } from '@cmp/shared/changes';
import type { Site } from '@cmp/shared/health';
import type { Notification } from '@cmp/shared/notifications';
import type { Role } from '@cmp/shared/permissions';
import type { ServerListing } from '@cmp/shared/servers';
import type { User, UserList } from '@cmp/shared/users';

export const given = {
  session: (
    account: Partial<Session['account']> = {},
    grants: Session['grants'] = [],
  ): Session => ({
    id: 1,
    account: {
      id: 7,
      username: 'may',
      displayName: 'May Phoo',
      email: 'may@example.net',
      avatarHash: null,
      role: 'admin' satisfies Role,
      mustChangePassword: false,
      version: 3,
      ...account,
    },
    grants,
  }),

  user: (fields: Partial<User> = {}): User => ({
    id: 1,
    serverId: 1,
    serverName: 'tokyo',
    accountName: 'ko.htet',
    service: 'Mini',
    contact: null,
    expiresOn: '2026-12-02',
    totalDevices: 1,
    dataLimitGb: 50,
    remark: null,
    enabled: true,
    status: 'active',
    version: 1,
    createdAt: '2026-11-01T00:00:00Z',
    updatedAt: '2026-11-01T00:00:00Z',
    ...fields,
  }),

  userList: (...items: User[]): UserList => ({
    items,
    total: items.length,
    counts: { all: items.length, active: items.length, soon: 0, expired: 0, disabled: 0 },
  }),

  server: (fields: Partial<ServerListing> = {}): ServerListing => ({
    id: 1,
    name: 'tokyo',
    owner: null,
    serviceType: null,
    ipAddress: '192.0.2.1',
    domainName: null,
    note: null,
    position: 1,
    version: 1,
    createdAt: '2026-11-01T00:00:00Z',
    updatedAt: '2026-11-01T00:00:00Z',
    counts: { all: 0, active: 0, soon: 0, expired: 0, disabled: 0 },
    ...fields,
  }),

  auditEntry: (fields: Partial<AuditEntry> = {}): AuditEntry => ({
    id: 1,
    at: '2026-11-20T17:00:00Z',
    changeId: 1,
    action: 'users:update',
    accountId: 7,
    accountName: 'may',
    via: 'panel',
    reason: null,
    months: null,
    ip: null,
    table: 'users',
    rowId: 5,
    rowName: 'thura22',
    serverId: 1,
    serverName: 'SG-1',
    before: { remark: null },
    after: { remark: 'x' },
    ...fields,
  }),

  news: (fields: Partial<Notification> = {}): Notification => ({
    id: 1,
    event: 'users_extended',
    at: '2026-11-20T17:00:00Z',
    changeId: 7,
    actorName: 'lin',
    facts: {},
    servers: [{ id: 1, name: 'tokyo', users: 1, names: ['ko.htet'] }],
    readAt: null,
    ...fields,
  }),

  site: (): Site => ({
    name: 'Portal',
    language: 'en',
    timeZone: 'Asia/Yangon',
    weekStart: 'monday',
    soonWindowHours: 24,
    theme: 'system',
    logoLight: null,
    logoDark: null,
    favicon: null,
    touchIcon: null,
  }),
};
