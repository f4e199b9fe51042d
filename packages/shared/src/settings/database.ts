import * as z from 'zod';
import { testAnswer } from './fields.ts';

/** The panel sets nothing of it: whoever could would point the portal at another database. */
export const DatabaseSettings = z.object({});
export type DatabaseSettings = z.infer<typeof DatabaseSettings>;

/** Who set a value: a variable of the environment, the start command for its own database, or nobody. */
export const ValueSource = z.enum(['environment', 'start', 'default']);
export type ValueSource = z.infer<typeof ValueSource>;

/** One value that is in effect. */
export const EffectiveValue = z.object({
  name: z.enum([
    'kind',
    'host',
    'port',
    'database',
    'user',
    'password',
    'encryption',
    'poolSize',
    'prepared',
  ]),
  /** As text; of the password only whether there is one: `set` or `unset`. */
  value: z.string(),
  source: ValueSource,
  /** The variable that sets it, or would. */
  variable: z.string().nullable(),
});
export type EffectiveValue = z.infer<typeof EffectiveValue>;

/** The connections of the instance that answers. */
export const PoolState = z.object({
  size: z.int(),
  inUse: z.int(),
  idle: z.int(),
  waiting: z.int(),
});
export type PoolState = z.infer<typeof PoolState>;

const facts = { serverVersion: z.string(), sizeBytes: z.int(), pool: PoolState };

export const DatabaseStatus = z.object({ effective: z.array(EffectiveValue), ...facts });
export type DatabaseStatus = z.infer<typeof DatabaseStatus>;

export const DatabaseTest = z.object({
  section: z.literal('database'),
  ...testAnswer,
  ...facts,
  /** One question and its answer. */
  roundTripMs: z.number(),
});
export type DatabaseTest = z.infer<typeof DatabaseTest>;
