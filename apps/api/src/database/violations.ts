import pg from 'pg';

/** The name of the constraint that a write broke, where that is why it failed. */
export function brokenConstraint(error: unknown): string | undefined {
  const isViolation = error instanceof pg.DatabaseError && error.code?.startsWith('23');
  return isViolation ? error.constraint : undefined;
}

/** Whether what a query reads is not there: the table, a column, or the right to it. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(42P01|42703|42501)$/.test(error.code ?? '');
}

/** Whether the database cannot answer now, though the request may be sound: gone, starting, full or stuck. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError)
    return unavailableStates.test(error.code ?? '') || error.code === undefined;
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return networkCodes.has(code) || driverMessages.test(error.message);
}

/** Whether it was said that the database is not there. A silence can as well be a fault of ours. */
export function isAway(error: unknown): boolean {
  const isSilence = error instanceof Error && silences.test(error.message);
  return !isSilence && isUnavailable(error);
}

const silences = /^(timeout|Query read timeout|Cannot use a pool)/;

// Classes 08 (connection), 53 (resources), 57 (operator: shutdown, starting, timeout); lock not available,
// deadlock, serialization. PostgreSQL's appendix A.
const unavailableStates = /^(08|53|57|55P03|40P01|40001|25006)/;
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
// node-postgres gives these no code.
const driverMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Cannot use a pool after)/;
