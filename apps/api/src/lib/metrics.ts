import { SignInOutcome } from '@cmp/shared/auth';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** What the process tells Prometheus of itself. */
export const registry = new Registry();
collectDefaultMetrics({ register: registry });

const registers = [registry];

export const requestDuration = new Histogram({
  name: 'cmp_http_request_duration_seconds',
  help: 'Time from a request to its answer.',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers,
});

export const changesMade = new Counter({
  name: 'cmp_changes_total',
  help: 'Changes committed, by action.',
  labelNames: ['action'],
  registers,
});

export const signIns = new Counter({
  name: 'cmp_sign_ins_total',
  help: 'Sign-ins, by outcome.',
  labelNames: ['outcome'],
  registers,
});
// What appears at its first failure has no rise that an alert could see.
for (const outcome of SignInOutcome.options) signIns.inc({ outcome }, 0);

/** Every refusal: how hard somebody knocks. */
export const rateLimited = new Counter({
  name: 'cmp_rate_limited_total',
  help: 'Requests refused because there were too many, by limit.',
  labelNames: ['limit'],
  registers,
});

export const lockouts = new Counter({
  name: 'cmp_lockouts_total',
  help: 'Times that an address was kept from a name for a minute, after too many wrong passwords.',
  registers,
});

export const securityEvents = new Counter({
  name: 'cmp_security_events_total',
  help: 'What looks like somebody trying something, by the event’s name in the log.',
  labelNames: ['event'],
  registers,
});

export const drills = new Counter({
  name: 'cmp_snapshot_drills_total',
  help: 'Rehearsals of a snapshot by this process, by outcome.',
  labelNames: ['outcome'],
  registers,
});

export const deliveriesEnded = new Counter({
  name: 'cmp_deliveries_total',
  help: 'Tries of this process to tell somebody, by channel and outcome: sent, failed, parked, dropped.',
  labelNames: ['channel', 'outcome'],
  registers,
});
