import * as z from 'zod';
import { CalendarDate, Id, IdText, Timestamp } from './primitives.ts';
import { StatusCounts, User } from './users.ts';

/** Of one server, or of every server the caller sees. */
export const OverviewQuery = z.strictObject({ serverId: IdText.optional() });
export type OverviewQuery = z.infer<typeof OverviewQuery>;

/** What needs attention today, over the servers the caller sees. */
export const Overview = z.object({
  /** The day in the site's zone that all of this was worked out for. */
  today: CalendarDate,
  /** When the users were counted, where that was not just now; `next` always is. */
  asOf: Timestamp.nullable(),
  counts: StatusCounts,
  services: z.array(z.object({ service: z.string().nullable(), count: z.int() })),
  servers: z.array(z.object({ id: Id, name: z.string(), counts: StatusCounts })),
  /** Enabled users by the day their term ends, for 45 days from today; days without any are left out. */
  expiries: z.array(z.object({ date: CalendarDate, count: z.int() })),
  /** Who to renew next: the expired of the last 30 days and the next to expire, the longest over first. */
  next: z.array(User),
});
export type Overview = z.infer<typeof Overview>;

/** How many days the histogram of expiries spans, today included. */
export const expiryDays = 45;
