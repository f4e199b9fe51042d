import * as z from 'zod';
import { listOf, Timestamp } from './primitives.ts';

/** The `subject` of a plan to bring in an older portal's snapshot. */
export const LegacySubject = z.object({
  fileName: z.string(),
  /** As the file says it: of its kind, and when it was made. */
  type: z.string().nullable(),
  createdAt: z.string().nullable(),
});
export type LegacySubject = z.infer<typeof LegacySubject>;

/** The one-time passwords that a plan made, for whoever made the plan, within their day. */
export const LegacyPasswords = listOf(
  z.object({ username: z.string(), oneTimePassword: z.string(), expiresAt: Timestamp }),
);
export type LegacyPasswords = z.infer<typeof LegacyPasswords>;
