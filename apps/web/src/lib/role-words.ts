import type { Role } from '@cmp/shared/permissions';

/** The sentence's key for each role's name. */
export const roleName = {
  admin: 'shell.roleAdmin',
  server_admin: 'shell.roleServerAdmin',
  viewer: 'shell.roleViewer',
} as const satisfies Record<Role, string>;
