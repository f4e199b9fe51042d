import * as z from 'zod';
import { Timestamp } from './primitives.ts';

/** How many of the last good refreshes are remembered. */
export const keptRefreshes = 20;

export const MatviewRefresh = z.object({
  /** When it began. */
  at: Timestamp,
  ms: z.number().nonnegative(),
  /** How many rows the view has since. */
  rows: z.int().nonnegative(),
});
export type MatviewRefresh = z.infer<typeof MatviewRefresh>;

/** Aggregates kept beside the data, for very large sites: never the authority. */
export const Matview = z.object({
  name: z.literal('user_status_matview'),
  exists: z.boolean(),
  uniqueIndex: z.boolean(),
  concurrentSupported: z.boolean(),
  refreshing: z.boolean(),
  /** Somebody asked for a refresh that has not begun. */
  pending: z.boolean(),
  /** When the last good refresh began: what the view says is as old as that. */
  lastSuccess: Timestamp.nullable(),
  /** Of the last refresh; null where it was only made yet. */
  rows: z.int().nonnegative().nullable(),
  lastMs: z.number().nonnegative().nullable(),
  /** The last good ones, the newest last. */
  refreshes: z.array(MatviewRefresh).max(keptRefreshes),
  /** How many requests the next refresh serves. */
  waiting: z.int().nonnegative(),
  /** How old it grows before it is refreshed though nobody asks; null where nobody does that. */
  everySeconds: z.int().positive().nullable(),
});
export type Matview = z.infer<typeof Matview>;

export const MatviewList = z.object({ ok: z.literal(true), matviews: z.array(Matview) });
export type MatviewList = z.infer<typeof MatviewList>;

/** `enqueue` answers at once, `now` when a refresh that began after the request is there. */
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
