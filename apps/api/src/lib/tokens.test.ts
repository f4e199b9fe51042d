import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { isSameSecret, newToken, successorOf, tokenHash } from './tokens.ts';

const [key, otherKey] = [randomBytes(32), randomBytes(32)];

test('a token is 256 bits that no other token is', () => {
  const tokens = Array.from({ length: 1_000 }, () => newToken());

  expect(new Set(tokens).size).toBe(1_000);
  for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
});

test('a token’s successor is one, and worked out only by who has the key', () => {
  const token = newToken();

  expect(successorOf(key, token)).toBe(successorOf(key, token));
  expect(successorOf(key, token)).not.toBe(successorOf(otherKey, token));
  expect(successorOf(key, token)).not.toBe(successorOf(key, newToken()));
  expect(Buffer.from(successorOf(key, token), 'base64url')).toHaveLength(32);
});

test('what is stored of a token is neither the token nor its successor', () => {
  const token = newToken();
  const stored = tokenHash(key, token);

  expect(stored).toEqual(tokenHash(key, token));
  expect(stored).not.toEqual(tokenHash(otherKey, token));
  expect(stored.toString('base64url')).not.toBe(token);
  expect(stored.toString('base64url')).not.toBe(successorOf(key, token));
});

test('secrets are the same where they are, whatever their length', () => {
  expect(isSameSecret('token', 'token')).toBe(true);
  for (const guess of ['', 'toke', 'token ', 'Token', 'tokenn'])
    expect(isSameSecret('token', guess)).toBe(false);
});
