import * as z from 'zod';
import { Timestamp } from './primitives.ts';

/** What an admin may have done to the machine that the portal is installed on. The helper knows the same verbs. */
export const HostAct = z.enum([
  'certificate-renew',
  'restart-api',
  'restart-worker',
  'restart-bot',
]);
export type HostAct = z.infer<typeof HostAct>;

/** The units of the portal's that systemd runs there. */
export const HostUnitName = z.enum([
  'cmp-api',
  'cmp-worker',
  'cmp-telegram-bot',
  'cmp-certificate-renew',
]);
export type HostUnitName = z.infer<typeof HostUnitName>;

export const HostUnitState = z.enum([
  'active',
  'reloading',
  'inactive',
  'failed',
  'activating',
  'deactivating',
  'maintenance',
]);
export type HostUnitState = z.infer<typeof HostUnitState>;

export const HostUnit = z.object({
  name: HostUnitName,
  state: HostUnitState,
  /** How its last run ended, in systemd's word: success, exit-code, watchdog, timeout… */
  result: z.string().max(40),
  /** Null: it was never begun since the machine came up. */
  since: Timestamp.nullable(),
});
export type HostUnit = z.infer<typeof HostUnit>;

/** No units: this portal is run by another way, and nothing can be asked of its machine. */
export const Host = z.object({ units: z.array(HostUnit) });
export type Host = z.infer<typeof Host>;

/** Somebody before an open session proves to be its owner. */
export const HostActRequest = z.strictObject({ password: z.string().min(1).max(1000) });
export type HostActRequest = z.infer<typeof HostActRequest>;

/** It was begun; what becomes of it is seen of the unit. */
export const HostActBegun = z.object({ act: HostAct });
export type HostActBegun = z.infer<typeof HostActBegun>;
