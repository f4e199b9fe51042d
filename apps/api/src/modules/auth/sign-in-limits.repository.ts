import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

/** Forgets the counters of proofs with a name: one for each address, one for its sessions. Gives how many there were. */
export async function clearSignInLimits(db: Db, nameKey: string): Promise<number> {
  // The limiter's key is "login:<source> <name>", with as much of the name as the column takes.
  const { numAffectedRows } = await sql`
    delete from rate_limits
    where key like 'login:%' and substr(key, strpos(key, ' ') + 1) = ${nameKey.slice(0, 64)}`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0);
}
