import { randomUUID } from 'node:crypto';

/** Sixteen hexadecimal letters, from a pool of chance that Node fills for many at once. */
export function newRequestId(): string {
  const uuid = randomUUID();
  // Past the letter that only says the version.
  return uuid.slice(0, 8) + uuid.slice(24, 32);
}
