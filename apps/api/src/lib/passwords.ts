import { createHmac, randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import { AppError } from './errors.ts';

/** OWASP's password storage cheat sheet: Argon2id, 19 MiB, two passes, one lane. 10 to 48 ms of a core. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Two at once leave other requests their processors; beyond the queue a caller had better come back. */
const mostRunning = 2;
const mostWaiting = 40;
const waiting: (() => void)[] = [];
let running = 0;

export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, cost));
}

/** Whether the password is the hash's. Without a hash it takes the same time and says no. */
export function verifyPassword(
  passwordHash: string | undefined,
  password: string,
): Promise<boolean> {
  return inTurn(async () => {
    if (isFromOlderPortal(passwordHash)) return verifyBcrypt(password, passwordHash);
    const matches = await verify(passwordHash ?? hashOfNobody, password);
    return matches && passwordHash !== undefined;
  });
}

/**
 * Takes the time that a hash of the other kind would have taken, where accounts of an older portal are here whose
 * bcrypt costs this much: a refusal tells neither kind from the other, nor from nobody.
 */
export function spendOtherKind(passwordHash: string | undefined, olderCost: number): Promise<void> {
  return inTurn(async () => {
    if (isFromOlderPortal(passwordHash)) await verify(hashOfNobody, '');
    else await verifyBcrypt('', `$2b$${String(olderCost).padStart(2, '0')}$${'.'.repeat(53)}`);
  });
}

/** Whether the hash came from an older portal, to be replaced by one of ours at the first sign-in. */
export function isFromOlderPortal(passwordHash: string | undefined): passwordHash is string {
  return passwordHash?.startsWith('$2') ?? false;
}

/** 20 characters (about 103 bits) without look-alikes, to be typed from a note once. */
export function oneTimePassword(): string {
  const letters = Array.from({ length: 20 }, () => alphabet.charAt(randomInt(alphabet.length)));
  return letters.join('').replace(/.{5}(?=.)/g, '$&-');
}
/** The same, worked out from a key: whoever may know it can be told again, and it lies nowhere. */
export function oneTimePasswordOf(key: Buffer, purpose: string): string {
  const bytes = createHmac('sha512', key).update(`one-time password\n${purpose}`).digest();
  // What would favour the first letters is passed over; of 64 bytes some 55 are left.
  const fair = [...bytes].filter((byte) => byte < 256 - (256 % alphabet.length)).slice(0, 20);
  const letters = fair.map((byte) => alphabet.charAt(byte % alphabet.length));
  return letters.join('').replace(/.{5}(?=.)/g, '$&-');
}
const alphabet = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= mostRunning) {
    if (waiting.length >= mostWaiting)
      throw new AppError('busy', 'Too many sign-ins at once. Try again in a moment.', undefined, {
        retryAfter: 2,
      });
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    // The place is handed on, so that no newcomer takes it before whoever waits.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** A hash at the same cost of a password nobody has, so that an unknown name takes as long as a wrong password. */
const hashOfNobody = await hash(oneTimePassword(), cost);
