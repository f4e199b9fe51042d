import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '#database/client.ts';
import { isAway } from '#database/violations.ts';

const beatMs = 15_000;

interface Lifeline {
  /** Whether its database answered within four beats, if only that it is away: that is no fault of this process. */
  isBeating: () => boolean;
  /** Once it was said for the first time, or could not be. */
  began: Promise<void>;
  stop: () => Promise<void>;
}

/** Says that this process is at work, now and again and again, until it is stopped. */
export function sayAtWork(db: Db, tell: (failure: unknown) => void): Lifeline {
  const id = randomUUID();
  let answeredAt = performance.now();
  const beat = async () => {
    try {
      await saveBeat(db, id);
      answeredAt = performance.now();
    } catch (failure) {
      if (isAway(failure)) answeredAt = performance.now();
      tell(failure);
    }
  };
  const began = beat();
  let last = began;
  const timer = setInterval(() => {
    last = beat();
  }, beatMs);
  return {
    isBeating: () => performance.now() - answeredAt < 4 * beatMs,
    began,
    stop: async () => {
      clearInterval(timer);
      await last;
      await db
        .deleteFrom('workerBeats')
        .where('id', '=', id)
        .execute()
        .catch(() => {}); // The database is away: what it keeps of this process grows old by itself.
    },
  };
}

/** Also forgets those that were killed. */
async function saveBeat(db: Db, id: string): Promise<void> {
  await sql`
    with gone as (delete from worker_beats where at < now() - interval '1 day')
    insert into worker_beats (id) values (${id}) on conflict (id) do update set at = now()`.execute(
    db,
  );
}

/** How many processes said so within four beats, and how long ago the last one did. */
export async function readWorkers(
  db: Db,
): Promise<{ working: number; lastSeconds: number | null }> {
  const { rows } = await sql<{ working: number; lastSeconds: number | null }>`
    select count(*) filter (where at > now() - interval '1 minute') as working,
      extract(epoch from now() - max(at))::float8 as last_seconds
    from worker_beats`.execute(db);
  return rows[0] ?? { working: 0, lastSeconds: null };
}
