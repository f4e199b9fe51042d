import type { Db } from '#database/client.ts';
import { isRecoveryKeySaved } from './recovery-key.service.ts';
import { readSnapshotFacts, type SnapshotFacts } from './snapshots.repository.ts';

/** What those who watch want to know: how old, how large, how long since one was found good. */
export async function readFacts(db: Db): Promise<SnapshotFacts & { isKeySaved: boolean }> {
  const [facts, isKeySaved] = await Promise.all([readSnapshotFacts(db), isRecoveryKeySaved(db)]);
  return { ...facts, isKeySaved };
}
