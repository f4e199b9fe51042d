import { StartRefused } from '#lib/start-refused.ts';
import type { Db } from './client.ts';
import { pendingMigrations } from './migrator.ts';

/**
 * Refuses to serve from a schema that lacks what this release was written for. One that has more than it knows is
 * fine: migrations are written so that the release before goes on, and an update may be taken back.
 */
export async function refuseOlderSchema(db: Db): Promise<void> {
  const pending = await pendingMigrations(db);
  if (pending.length > 0)
    throw new StartRefused(
      `The database is older than this release: it lacks ${pending.join(', ')}. Run \`cmp migrate\` first.`,
    );
}
