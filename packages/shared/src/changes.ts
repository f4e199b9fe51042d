import * as z from 'zod';
import { CalendarDate, digits, Id, IdText, listOf, optionalText, Timestamp } from './primitives.ts';
import { Extension } from './users.ts';

const BigId = z.int().positive();

/** One act that altered data. */
export const Change = z.object({
  id: BigId,
  at: Timestamp,
  accountId: Id.nullable(),
  accountName: z.string(),
  via: z.string(),
  action: z.string(),
  reason: z.string().nullable(),
  /** How many months an extension was for. */
  months: z.int().nullable(),
  /** How many rows it altered, within what the caller may see. */
  entryCount: z.int(),
  undoesChangeId: BigId.nullable(),
  /** The change that undid this one, where one did. */
  undoneByChangeId: BigId.nullable(),
});
export type Change = z.infer<typeof Change>;
/** Its `total` counts no further than `COUNTED_AT_MOST`: a log only grows. */
export const ChangeList = listOf(Change);
export type ChangeList = z.infer<typeof ChangeList>;

/** How far the totals of changes and of audit entries count. */
export const COUNTED_AT_MOST = 10_000;

export const PageQuery = z.strictObject({
  limit: digits.pipe(z.int().min(1).max(200)).default(50),
  cursor: z.string().max(200).optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;

export const ByChange = z.strictObject({ id: digits.pipe(BigId) });

/** One row's before and after inside a change, as the parts of a sentence; the fields are the API's names. */
export const AuditEntry = z.object({
  /** 0, as its row's, of an act that altered no row: its table is `changes`. */
  id: z.int().nonnegative(),
  at: Timestamp,
  changeId: BigId,
  action: z.string(),
  accountId: Id.nullable(),
  accountName: z.string(),
  via: z.string(),
  reason: z.string().nullable(),
  months: z.int().nullable(),
  ip: z.string().nullable(),
  table: z.string(),
  rowId: z.int().nonnegative(),
  /** The row's name as it is now, or was last. */
  rowName: z.string().nullable(),
  serverId: Id.nullable(),
  serverName: z.string().nullable(),
  before: z.record(z.string(), z.unknown()),
  after: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
/** Newest change first; its `total` counts no further than `COUNTED_AT_MOST`. */
export const AuditList = listOf(AuditEntry);
export type AuditList = z.infer<typeof AuditList>;

const auditFilter = {
  accountId: IdText.optional(),
  action: z.string().max(60).optional(),
  table: z.string().max(40).optional(),
  rowId: IdText.optional(),
  serverId: IdText.optional(),
  changeId: digits.pipe(BigId).optional(),
  /** Days of the site's zone, both included. */
  from: CalendarDate.optional(),
  to: CalendarDate.optional(),
};
export const AuditFilter = z.strictObject(auditFilter);
export type AuditFilter = z.infer<typeof AuditFilter>;

export const AuditQuery = z.strictObject({
  ...auditFilter,
  /** Only older changes than this one: the way past a change of very many rows. */
  beforeChange: digits.pipe(BigId).optional(),
  ...PageQuery.shape,
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const PlanState = z.enum(['parsing', 'ready', 'failed', 'committing', 'committed']);
export type PlanState = z.infer<typeof PlanState>;

/** What would become of a row. `refused` is what an undo keeps because it was altered since; `error` is a row of a file that cannot be read. */
export const PlanEntryKind = z.enum([
  'added',
  'changed',
  'unchanged',
  'removed',
  'skipped',
  'refused',
  'error',
]);
export type PlanEntryKind = z.infer<typeof PlanEntryKind>;

/** Why an undo leaves a row: the first two keep what was altered since, the others say why it is impossible. */
export const UndoRefusal = z.enum([
  'altered_since',
  'order_altered_since',
  'name_taken',
  'server_gone',
  'service_gone',
  'has_users',
  'in_use',
  'purged',
  'set_back_by_hand',
]);
export type UndoRefusal = z.infer<typeof UndoRefusal>;

export const PlanCounts = z.object({
  added: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  removed: z.int(),
  skipped: z.int(),
  refused: z.int(),
  errors: z.int(),
  warnings: z.int(),
});
export type PlanCounts = z.infer<typeof PlanCounts>;

/** How many chosen users one plan is about at most. */
export const CHOSEN_AT_MOST = 1_000;

const chosen = {
  ids: z.array(Id).min(1).max(CHOSEN_AT_MOST),
  reason: optionalText(500).optional(),
};

/** The same act on many users at once, worked out before it is made. */
export const BulkWish = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('users:extend'),
    ...chosen,
    months: Extension.shape.months,
  }),
  z.strictObject({
    action: z.literal('users:update'),
    ...chosen,
    set: z.strictObject({ enabled: z.boolean() }),
  }),
  z.strictObject({ action: z.literal('users:delete'), ...chosen }),
]);
export type BulkWish = z.infer<typeof BulkWish>;
export type BulkAction = BulkWish['action'];

/** Why there is nothing to commit: as a refusal says it. */
export const PlanFailure = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type PlanFailure = z.infer<typeof PlanFailure>;

/** A change worked out but not yet made. */
export const Plan = z.object({
  id: Id,
  action: z.string(),
  state: PlanState,
  counts: PlanCounts,
  /** What it is about: the server and file of an import, the change that an undo undoes, how a bulk act alters users. */
  subject: z.record(z.string(), z.unknown()),
  failure: PlanFailure.nullable(),
  changeId: BigId.nullable(),
  jobId: z.string().nullable(),
  createdAt: Timestamp,
  expiresAt: Timestamp,
});
export type Plan = z.infer<typeof Plan>;

/** What is wrong or doubtful in a cell. */
export const CellIssue = z.object({
  column: z.string(),
  code: z.string(),
  found: z.string(),
  accepted: z.string(),
  suggestion: z.string().nullable(),
});
export type CellIssue = z.infer<typeof CellIssue>;

export const PlanEntry = z.object({
  /** Its order in the plan, from 1. */
  ordinal: z.int(),
  kind: PlanEntryKind,
  table: z.string(),
  rowId: Id.nullable(),
  name: z.string().nullable(),
  /** The file's row, header included. */
  fileRow: z.int().nullable(),
  before: z.record(z.string(), z.unknown()),
  after: z.record(z.string(), z.unknown()),
  /** Why it is refused, skipped or in error; for a refused row of an undo the code of the reason. */
  reason: z.string().nullable(),
  errors: z.array(CellIssue),
  warnings: z.array(CellIssue),
});
export type PlanEntry = z.infer<typeof PlanEntry>;

export const PlanEntryList = listOf(PlanEntry);
export type PlanEntryList = z.infer<typeof PlanEntryList>;

export const PlanEntryQuery = z.strictObject({
  kind: PlanEntryKind.optional(),
  limit: digits.pipe(z.int().min(1).max(500)).default(100),
  cursor: z.string().max(40).optional(),
});

export type PlanEntryQuery = z.infer<typeof PlanEntryQuery>;

export const PlanCommit = z.strictObject({
  /** Make the good rows of a file although others are in error. */
  skipErrors: z.boolean().optional(),
  /** Replacing everything asks for the site's name, typed, and the password again. */
  siteName: z.string().max(200).optional(),
  password: z.string().max(1000).optional(),
  /** The separate step: accounts, grants, roles, passwords, the log and the settings' secrets come from the file, too. */
  withAccounts: z.boolean().optional(),
  /** Of an older portal's accounts: keep their passwords, where the file holds them. Else each gets a one-time password. */
  keepPasswords: z.boolean().optional(),
});
export type PlanCommit = z.infer<typeof PlanCommit>;

/** A commit makes its change at once, or a job that will. */
export const Committed = z.object({
  plan: Plan,
  changeId: BigId.nullable(),
  jobId: z.string().nullable(),
});
export type Committed = z.infer<typeof Committed>;
