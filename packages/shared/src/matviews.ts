import * as z from 'zod';
import { CalendarDate, Timestamp } from './primitives.ts';
import { StatusCounts } from './users.ts';

/** Aggregates kept beside the data, for very large sites: never the authority. */
export const Matview = z.object({
  name: z.literal('user_status_matview'),
  exists: z.boolean(),
  uniqueIndex: z.boolean(),
  concurrentSupported: z.boolean(),
  refreshing: z.boolean(),
  pending: z.boolean(),
  lastSuccess: Timestamp.nullable(),
});
export type Matview = z.infer<typeof Matview>;

export const MatviewList = z.object({ ok: z.literal(true), matviews: z.array(Matview) });
export type MatviewList = z.infer<typeof MatviewList>;

export const RefreshQuery = z.strictObject({ mode: z.enum(['enqueue', 'now']).default('enqueue') });
export type RefreshQuery = z.infer<typeof RefreshQuery>;

export const RefreshAnswer = z.union([
  z.object({ ok: z.literal(true), enqueued: z.literal(true) }),
  z.object({ ok: z.literal(true), refreshed: z.literal(true) }),
]);
export type RefreshAnswer = z.infer<typeof RefreshAnswer>;

/** Makes or drops it. */
export const MatviewSwitch = z.strictObject({ exists: z.boolean() });
export type MatviewSwitch = z.infer<typeof MatviewSwitch>;

/** The widget: counts out of the view, worked out with today, and how old they are. */
export const MatviewCounts = z.object({
  today: CalendarDate,
  counts: StatusCounts,
  /** When the view was last brought up to date. */
  asOf: Timestamp,
});
export type MatviewCounts = z.infer<typeof MatviewCounts>;
