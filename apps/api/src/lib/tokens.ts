import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token: an index finds it, and it opens nothing. */
export function tokenHash(key: Buffer, token: string): Buffer {
  return createHmac('sha256', key).update('stored').update(token).digest();
}

/** The one token that follows this one: worked out, so that a repeated refresh gives the same and never a second. */
export function successorOf(key: Buffer, token: string): string {
  return createHmac('sha256', key).update('successor').update(token).digest('base64url');
}

/** Compares in a time that tells nothing. */
export function isSameSecret(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
