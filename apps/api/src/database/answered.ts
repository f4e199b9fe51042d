import { StartRefused } from '#lib/start-refused.ts';
import { isUnavailable } from './violations.ts';

/** A database that does not answer, or turns us away, is the operator's to mend, in one sentence. */
export async function answered<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    if (!isUnavailable(error) && !isRefusedSignIn(error)) throw error;
    throw new StartRefused(sentence(reasonOf(error)), { cause: error });
  }
}

function sentence(reason: string): string {
  // What PgBouncer says to settings that a session cannot be opened with there.
  return reason.startsWith('unsupported startup parameter')
    ? `A pooler answers at DATABASE_URL (${reason}): name PostgreSQL itself in DATABASE_DIRECT_URL, too.`
    : `The outside database cannot be used: ${reason}.`;
}

/** Of a host with several addresses, the driver's error has no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

/** Class 28 is a refused sign-in, 3D a missing database. */
function isRefusedSignIn(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(28|3D)/.test(String(error.code));
}
