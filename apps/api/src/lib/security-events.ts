import type { FastifyBaseLogger } from 'fastify';
import { securityEvents } from './metrics.ts';

/** What somebody who watches should see, by the names that ASVS gives such things. */
const levelOf = {
  authn_confirm_fail: 'warn',
  authn_token_reuse: 'error',
  authz_admin: 'warn',
  authz_fail: 'warn',
  bot_token_wrong: 'warn',
  excess_rate_limit_exceeded: 'warn',
  malicious_csrf: 'warn',
} as const;

// Zero from the start: what appears at its first event has no rise that an alert could see.
for (const event of Object.keys(levelOf)) securityEvents.inc({ event }, 0);

/** Logs it, and counts it for the alerts. */
export function noteSecurityEvent(
  log: FastifyBaseLogger,
  event: keyof typeof levelOf,
  facts: object,
  message: string,
): void {
  securityEvents.inc({ event });
  log[levelOf[event]]({ event, ...facts }, message);
}
