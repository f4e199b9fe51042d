import { hostname } from 'node:os';
import type { RecoveryKey } from '@cmp/shared/snapshots';
import { sql } from 'kysely';
import type { Db } from '#database/client.ts';
import type { Keys } from '#lib/keys.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import type { Actor } from '#plugins/access.ts';
import { recoveryKeyOf } from './recovery-key.ts';

/** Gives the recovery key; the log keeps who has it, and that it was saved. */
export function exportRecoveryKey(
  db: Db,
  { root }: Pick<Keys, 'root'>,
  actor: Actor,
): Promise<RecoveryKey> {
  return inChange(db, actor, 'keys:export', null, async () => ({
    recoveryKey: recoveryKeyOf(root),
    fileName: `cmp-recovery-key-${hostname().replace(/[^\w.-]/g, '-')}.txt`,
  }));
}

/** Whether anybody ever took the recovery key to keep it elsewhere. */
export async function isRecoveryKeySaved(db: Db): Promise<boolean> {
  const { rows } = await sql<{ isSaved: boolean }>`
    select exists (select from changes where action = 'keys:export') as is_saved`.execute(db);
  return rows[0]?.isSaved === true;
}
