import * as z from 'zod';
import { Timestamp } from './primitives.ts';

/** What the portal is made of and leans on. */
export const SystemPartName = z.enum([
  'version',
  'database',
  'pool',
  'worker',
  'jobs',
  'snapshot',
  'certificate',
  'telegram',
  'outbox',
  'webhook',
  'matview',
]);
export type SystemPartName = z.infer<typeof SystemPartName>;

/** How one part fares; `off`: it is not used here. The panel words the code, and what to do. */
export const SystemPart = z.object({
  part: SystemPartName,
  state: z.enum(['good', 'warn', 'bad', 'off']),
  /** Why it is not good, where it is not: snapshot_old, bot_silent, certificate_ending… */
  code: z.string().nullable(),
  /** What the sentence names: days, counts, moments. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type SystemPart = z.infer<typeof SystemPart>;

export const System = z.object({ at: Timestamp, parts: z.array(SystemPart) });
export type System = z.infer<typeof System>;
