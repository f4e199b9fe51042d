import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '@cmp/shared/changes';
import { RestoreMode, type RestoreRequest } from '@cmp/shared/snapshots';
import * as z from 'zod';
import type { SettingsOverrides } from '#config.ts';
import type { Db, Trx } from '#database/client.ts';
import { AppError } from '#lib/errors.ts';
import type { Keys } from '#lib/keys.ts';
import { seal } from '#lib/secret-box.ts';
import { once } from '#modules/changes/changes.service.ts';
import { startJob } from '#modules/jobs/jobs.service.ts';
import type { JobQueue } from '#modules/jobs/queue.ts';
import { createLegacyPlan } from '#modules/legacy/legacy.service.ts';
import { type Committer, createPlan, getPlan, setPlanState } from '#modules/plans/plans.service.ts';
import { readGeneral } from '#modules/settings/settings.service.ts';
import type { Actor } from '#plugins/access.ts';
import { fileOfSnapshot } from './listed-snapshot.ts';
import { isRestoring, saveJobOfPlan, saveSealed } from './restore-plans.repository.ts';

/** What a restore needs beside the database. */
export interface RestorePlace {
  uploadsDir: string;
  snapshotsDir: string;
  keys: Keys;
  /** The role that serves: what is here is saved before anything is put back. */
  databaseUrl: string;
  /** The role that owns the tables: it may put back what nobody else may write. */
  ownerUrl: string | undefined;
  versions: { appVersion: string };
  /** What the environment sets in place of what is stored: what a file moves is told of as it held. */
  settings: SettingsOverrides;
}

/** What a plan to restore is about from its beginning, before its file was read. */
export const Begun = z.object({
  mode: RestoreMode,
  fileName: z.string(),
  snapshotId: z.int().nullable(),
  overwriteNewer: z.boolean(),
});
export type Begun = z.infer<typeof Begun>;

/** What opens the file; kept encrypted. */
export const Openers = z.object({
  passphrase: z.string().optional(),
  identity: z.string().optional(),
  recoveryKey: z.string().optional(),
  trustForeign: z.boolean(),
});
export type Openers = z.infer<typeof Openers>;

/** Begins to read a snapshot into a plan. An older portal's file becomes a plan of its own kind. */
export async function startRestore(
  db: Db,
  place: RestorePlace & { queue: JobQueue },
  actor: Actor,
  request: RestoreRequest,
  upload: { path: string; fileName: string } | undefined,
): Promise<Plan> {
  const { queue, keys, uploadsDir } = place;
  if ((request.snapshotId === undefined) === (upload === undefined))
    throw new AppError('invalid_request', 'Name a snapshot of the list, or send a file.');
  if (upload && (await isLegacy(upload.path))) return startLegacy(db, place, actor, upload);
  if (request.mode === 'replace') requireOwner(place);

  const fileName = upload
    ? cleanName(upload.fileName)
    : (await fileOfSnapshot(db, place, request.snapshotId ?? 0)).fileName;
  const { mode, overwriteNewer, passphrase, identity, recoveryKey, trustForeign } = request;
  const { planId } = await once(db, actor, async (trx) => {
    const subject = { mode, fileName, snapshotId: request.snapshotId ?? null, overwriteNewer };
    const id = await createPlan(trx, actor, {
      ...{ action: 'snapshots:restore', state: 'parsing', subject, serverIds: null },
    });
    await keepOpeners(trx, keys, id, { passphrase, identity, recoveryKey, trustForeign });
    const jobId = await startJob(trx, queue, actor, {
      ...{ kind: 'restore:read', planId: id, subject: { fileName } },
    });
    await saveJobOfPlan(trx, id, jobId);
    if (upload) await keepUpload(uploadsDir, upload.path, id);
    return { planId: id };
  });
  queue.wake('restore:read');
  return getPlan(db, actor, planId);
}

/** Begins a plan for a file of the command line; gives its id. */
export async function createRestorePlan(
  db: Db,
  { keys }: RestorePlace,
  actor: Actor,
  begun: Begun,
  openers: Openers,
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const id = await createPlan(trx, actor, {
      ...{ action: 'snapshots:restore', state: 'parsing', subject: begun, serverIds: null },
    });
    await keepOpeners(trx, keys, id, openers);
    return id;
  });
}

async function keepOpeners(trx: Trx, keys: Keys, planId: number, openers: Openers): Promise<void> {
  await saveSealed(trx, planId, seal(keys.settings, sealContext(planId), JSON.stringify(openers)));
}

/** Makes a restore real by a job, once it was confirmed: a replacement by the site's name and the password. */
export function restoreCommitter(place: RestorePlace & { queue: JobQueue }): Committer {
  return async (db, actor, plan, { siteName, password, withAccounts = false }, confirm) => {
    const { id, counts } = plan;
    const { mode } = Begun.parse(plan.subject);
    if (mode === 'merge' && plan.state === 'ready' && counts.added + counts.changed === 0)
      throw new AppError('plan_empty', 'There is nothing to change.');
    if (mode === 'replace') {
      requireOwner(place);
      await requireSiteName(db, siteName);
      await confirm(password);
    }
    const { jobId } = await once(db, actor, async (trx) => {
      if (await isRestoring(trx, id)) throw restoreRunning();
      const subject = { withAccounts: mode === 'replace' && withAccounts };
      const job = await startJob(trx, place.queue, actor, {
        ...{ kind: 'restore:write', planId: id, subject },
      });
      await setPlanState(trx, id, 'ready', { state: 'committing', jobId: job });
      return { jobId: job };
    });
    place.queue.wake('restore:write');
    return { plan: await getPlan(db, actor, id), changeId: null, jobId };
  };
}

export function restoreRunning(): AppError {
  return new AppError('restore_running', 'Another restore is being made. Wait until it has ended.');
}

/** The owner's address, or the refusal of what only the owner may do. */
export function requireOwner({ ownerUrl }: Pick<RestorePlace, 'ownerUrl'>): string {
  if (ownerUrl === undefined)
    throw new AppError(
      'restore_unavailable',
      'Replacing is done by the role that owns the tables. Set DATABASE_OWNER_URL.',
    );
  return ownerUrl;
}

export async function requireSiteName(db: Db, typed: string | undefined): Promise<void> {
  const { siteName } = await readGeneral(db);
  if (typed !== siteName)
    throw new AppError('site_name_wrong', 'This is not the name of the site, as it is written.');
}

/** Before the job can be seen, so that it never looks for a file that is still to come. */
async function keepUpload(uploadsDir: string, path: string, planId: number): Promise<void> {
  await mkdir(folderOf(uploadsDir), { recursive: true, mode: 0o700 });
  await rename(path, uploadOf(uploadsDir, planId));
}

async function startLegacy(
  db: Db,
  { queue, uploadsDir }: RestorePlace & { queue: JobQueue },
  actor: Actor,
  upload: { path: string; fileName: string },
): Promise<Plan> {
  const { planId } = await once(db, actor, async (trx) => {
    const fileName = cleanName(upload.fileName);
    const id = await createLegacyPlan(trx, actor, fileName);
    const jobId = await startJob(trx, queue, actor, {
      ...{ kind: 'restore:read', planId: id, subject: { fileName } },
    });
    await saveJobOfPlan(trx, id, jobId);
    await keepUpload(uploadsDir, upload.path, id);
    return { planId: id };
  });
  queue.wake('restore:read');
  return getPlan(db, actor, planId);
}

/** Older portals wrote JSON; ours begins with the mark of a ZIP or of age. */
export async function isLegacy(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return /^\ufeff?\s*\{/.test(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await file.close();
  }
}

function cleanName(name: string): string {
  return name
    .toWellFormed()
    .replace(/\p{Cc}/gu, '')
    .slice(0, 200);
}

export function sealContext(planId: number): string {
  return `plan.${planId}`;
}

export function folderOf(uploadsDir: string): string {
  return join(uploadsDir, 'restores');
}

export function uploadOf(uploadsDir: string, planId: number): string {
  return join(folderOf(uploadsDir), `restore-${planId}`);
}
