import type { TouchedServer } from '@cmp/shared/notifications';
import { inScope, type Scope } from '#plugins/access.ts';

/** Of the servers that an event touched, those that somebody sees now. */
export function withinScope(servers: readonly TouchedServer[], scope: Scope): TouchedServer[] {
  return servers.filter(({ id }) => inScope(scope, id));
}
