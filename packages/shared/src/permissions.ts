import * as z from 'zod';
import { Id } from './primitives.ts';

export const Role = z.enum(['admin', 'server_admin', 'viewer']);
export type Role = z.infer<typeof Role>;

const everyone = ['admin', 'server_admin', 'viewer'] as const;
const managers = ['admin', 'server_admin'] as const;
const admins = ['admin'] as const;

/** Who may do what at all. On a server, a grant narrows it further: see `can`. */
const rolesAllowedTo = {
  'overview:read': everyone,
  'servers:list': everyone,
  'servers:read': everyone,
  'servers:create': admins,
  'servers:update': managers,
  'servers:reorder': admins,
  'servers:delete': admins,
  'users:list': everyone,
  'users:read': everyone,
  'users:export': everyone,
  'users:create': managers,
  'users:update': managers,
  'users:extend': managers,
  'users:delete': managers,
  'users:restore': managers,
  'users:import': managers,
  'users:transfer': managers,
  'changes:list': managers,
  'changes:read': managers,
  'changes:undo': managers,
  'plans:read': managers,
  'plans:commit': managers,
  'jobs:list': managers,
  'jobs:read': managers,
  'jobs:stop': managers,
  'services:list': everyone,
  'services:create': admins,
  'services:update': admins,
  'services:delete': admins,
  'settings:read': admins,
  'settings:update': admins,
  'settings:test': admins,
  'settings:reveal': admins,
  'keys:export': admins,
  'snapshots:list': admins,
  'snapshots:read': admins,
  'snapshots:create': admins,
  'snapshots:verify': admins,
  'snapshots:delete': admins,
  'snapshots:restore': admins,
  'legacy:import': admins,
  'accounts:list': admins,
  'accounts:read': admins,
  'accounts:create': admins,
  'accounts:update': admins,
  'accounts:delete': admins,
  'accounts:reset-password': admins,
  'grants:read': admins,
  'grants:update': admins,
  'sessions:list': admins,
  'sessions:end': admins,
  'notifications:read': everyone,
  'notifications:update': everyone,
  'deliveries:list': admins,
  'deliveries:resend': admins,
  'telegram:link': everyone,
  'telegram:unlink': admins,
  'matviews:read': admins,
  'matviews:update': admins,
  'matviews:refresh': admins,
  'system:read': admins,
  'host:read': admins,
  'host:certificate-renew': admins,
  'host:restart-api': admins,
  'host:restart-worker': admins,
  'host:restart-bot': admins,
  'profile:read': everyone,
  'profile:update': everyone,
  'profile:password': everyone,
  'profile:sessions': everyone,
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof rolesAllowedTo;

/** `manage` reads and writes a server's users, `view` reads them. */
export const GrantLevel = z.enum(['manage', 'view']);
export type GrantLevel = z.infer<typeof GrantLevel>;

/** What a grant may allow beyond reading, which comes with every grant. */
export const GrantedAction = z.enum([
  'servers:update',
  'users:create',
  'users:update',
  'users:extend',
  'users:delete',
  'users:restore',
  'users:import',
  'users:export',
  'users:transfer',
  'changes:list',
  'changes:undo',
]);
export type GrantedAction = z.infer<typeof GrantedAction>;

/** What a grant of a level can allow at most, and allows unless it says less. */
export const actionsOfLevel = {
  manage: GrantedAction.options,
  view: ['users:export'],
} as const satisfies Record<GrantLevel, readonly GrantedAction[]>;

/** One account's access to one server. */
export const Grant = z.object({
  serverId: Id,
  level: GrantLevel,
  actions: z.array(GrantedAction),
});
export type Grant = z.infer<typeof Grant>;

/** What decides: an account's role, and for those who are no admin their grants. */
export interface Rights {
  role: Role;
  grants: readonly Grant[];
}

/** Whether the role may do this at all: the right that a route's `allow` asks for. */
export function roleCan(role: Role, action: Action): boolean {
  const roles: readonly Role[] = rolesAllowedTo[action];
  return roles.includes(role);
}

/** Whether an account may do this on this server. A grant allows nothing beyond its level, whatever it lists. */
export function can({ role, grants }: Rights, action: GrantedAction, serverId: number): boolean {
  if (!roleCan(role, action)) return false;
  if (role === 'admin') return true;
  const grant = grants.find((one) => one.serverId === serverId);
  if (!grant) return false;
  const most: readonly GrantedAction[] = actionsOfLevel[grant.level];
  return most.includes(action) && grant.actions.includes(action);
}

/** Every action there is. */
export const actions = Object.keys(rolesAllowedTo) as Action[];
