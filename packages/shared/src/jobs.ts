import * as z from 'zod';
import { PlanFailure } from './changes.ts';
import { digits, Id, listOf, Timestamp } from './primitives.ts';

export const JobKind = z.enum([
  'import:parse',
  'import:commit',
  'undo:commit',
  'snapshot:create',
  'snapshot:verify',
  'snapshot:drill',
  'restore:read',
  'restore:write',
]);
export type JobKind = z.infer<typeof JobKind>;

export const JobState = z.enum(['waiting', 'running', 'done', 'failed', 'stopped']);
export type JobState = z.infer<typeof JobState>;

/** Work that outlives a request. */
export const Job = z.object({
  id: z.string(),
  kind: JobKind,
  state: JobState,
  /** What it is at: `reading`, `comparing`, `writing`… */
  phase: z.string(),
  done: z.int(),
  /** Null where nobody can know yet. */
  total: z.int().nullable(),
  planId: Id.nullable(),
  /** What it is about: a file and its server, the kind of a snapshot, or its id. */
  subject: z.record(z.string(), z.unknown()),
  changeId: z.int().positive().nullable(),
  failure: PlanFailure.nullable(),
  accountId: Id.nullable(),
  accountName: z.string(),
  createdAt: Timestamp,
  startedAt: Timestamp.nullable(),
  endedAt: Timestamp.nullable(),
});
export type Job = z.infer<typeof Job>;
export const JobList = listOf(Job);
export type JobList = z.infer<typeof JobList>;

export const ByJob = z.strictObject({ id: z.uuid() });

export const JobQuery = z.strictObject({
  state: JobState.optional(),
  limit: digits.pipe(z.int().min(1).max(200)).default(50),
});
export type JobQuery = z.infer<typeof JobQuery>;
