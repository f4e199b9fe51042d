import * as z from 'zod';
import { Id, listOf, Timestamp } from './primitives.ts';

/** `config`: settings, services, accounts without secrets. `database`: everything but what its manifest lists. */
export const SnapshotKind = z.enum(['config', 'database']);
export type SnapshotKind = z.infer<typeof SnapshotKind>;

export const SnapshotReason = z.enum(['asked', 'scheduled', 'safety', 'update']);
export type SnapshotReason = z.infer<typeof SnapshotReason>;

/** What became of a copy to another place. */
export const SnapshotCopy = z.object({
  target: z.enum(['sftp', 's3']),
  /** Where it was put, as sftp://host:22/folder or s3://bucket/prefix: the settings may name another place by now. */
  place: z.string(),
  at: Timestamp,
  /** Null where it lies there. */
  failure: z.string().nullable(),
});
export type SnapshotCopy = z.infer<typeof SnapshotCopy>;

/** A backup's file that is whole. */
export const Snapshot = z.object({
  id: Id,
  kind: SnapshotKind,
  reason: SnapshotReason,
  fileName: z.string(),
  /** Where it lies; null in the portal's own folder. The settings may name another one by now. */
  folder: z.string().nullable(),
  bytes: z.int(),
  sha256: z.string(),
  isEncrypted: z.boolean(),
  siteName: z.string(),
  appVersion: z.string(),
  /** By table: how many rows. */
  counts: z.record(z.string(), z.int()),
  accountName: z.string(),
  createdAt: Timestamp,
  /** When its signature and checksums were last checked, and what was wrong. */
  verifiedAt: Timestamp.nullable(),
  verifyFailure: z.string().nullable(),
  /** When it was last restored beside and compared, how long that took, and what was wrong. */
  drilledAt: Timestamp.nullable(),
  drillFailure: z.string().nullable(),
  drillMs: z.int().nullable(),
  copies: z.array(SnapshotCopy),
});
export type Snapshot = z.infer<typeof Snapshot>;

/** Why there is no newer one. */
export const SnapshotFailure = z.object({
  at: Timestamp,
  message: z.string(),
  /** Of the schedule; null where somebody had asked. */
  day: z.string().nullable(),
  tries: z.int(),
  /** Null where it is not tried again for that day. */
  nextTryAt: Timestamp.nullable(),
});

export type SnapshotFailure = z.infer<typeof SnapshotFailure>;

export const SnapshotList = listOf(Snapshot).extend({ lastFailure: SnapshotFailure.nullable() });
export type SnapshotList = z.infer<typeof SnapshotList>;

export const SnapshotRequest = z.strictObject({
  kind: SnapshotKind.default('database'),
});
export type SnapshotRequest = z.infer<typeof SnapshotRequest>;

/** A snapshot is made by a job; its id is in the list when the job is done. */
export const SnapshotBegun = z.object({ jobId: z.string() });
export type SnapshotBegun = z.infer<typeof SnapshotBegun>;

/**
 * `merge` adds and updates and removes nothing. `replace` puts the snapshot in the place of everything.
 */
export const RestoreMode = z.enum(['merge', 'replace']);
export type RestoreMode = z.infer<typeof RestoreMode>;

/** What to restore: one of the list here, or a file that comes with the request in fields of these names. */
export const RestoreRequest = z.strictObject({
  snapshotId: Id.optional(),
  mode: RestoreMode,
  /** Opens an encrypted file: its passphrase, or an age identity (AGE-SECRET-KEY-1…). */
  passphrase: z.string().max(1000).optional(),
  identity: z.string().max(1000).optional(),
  /** The recovery key of the installation that made the file, where it was another. */
  recoveryKey: z.string().max(200).optional(),
  /** Rows that were altered here after the snapshot was made are written over, too. */
  overwriteNewer: z.boolean().default(false),
  /** Another installation made the file, and that is known and wanted. */
  trustForeign: z.boolean().default(false),
});
export type RestoreRequest = z.infer<typeof RestoreRequest>;

/** A table's line in a plan to restore. */
export const RestoreTable = z.object({
  table: z.string(),
  inFile: z.int(),
  here: z.int(),
  added: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  /** Altered here since, and kept. */
  kept: z.int(),
  /** Only a replacement removes. */
  removed: z.int(),
  /** Comes only by the separate step. */
  isSeparate: z.boolean(),
});
export type RestoreTable = z.infer<typeof RestoreTable>;

/** The `subject` of a plan to restore. */
export const RestoreSubject = z.object({
  mode: RestoreMode,
  fileName: z.string(),
  snapshotId: Id.nullable(),
  kind: SnapshotKind,
  siteName: z.string(),
  appVersion: z.string(),
  createdAt: Timestamp,
  isForeign: z.boolean(),
  /** Whether the secrets of the settings in it can be read. */
  hasKeys: z.boolean(),
  overwriteNewer: z.boolean(),
  tables: z.array(RestoreTable),
});
export type RestoreSubject = z.infer<typeof RestoreSubject>;

/** The key that opens this installation's snapshots and settings anywhere. */
export const RecoveryKeyRequest = z.strictObject({ password: z.string().min(1).max(1000) });
export const RecoveryKey = z.object({ recoveryKey: z.string(), fileName: z.string() });
export type RecoveryKey = z.infer<typeof RecoveryKey>;
