import { describe, expect, test } from 'vitest';
import { judgePassword } from './password-strength.ts';
import { hashPassword, oneTimePassword, verifyPassword } from './passwords.ts';

describe('the queue of hashes', () => {
  test('takes two and forty, refuses the rest, and is empty again afterwards', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, () => verifyPassword(undefined, 'x')),
    );

    const refused = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    );
    expect(refused).toHaveLength(60 - 42);
    for (const reason of refused)
      expect(reason).toMatchObject({ code: 'busy', statusCode: 503, retryAfter: 2 });
    const after = await Promise.all(
      Array.from({ length: 42 }, () => verifyPassword(undefined, 'x')),
    );
    expect(after).toEqual(Array(42).fill(false));
  });

  test('hands its places on where a hash cannot be read', async () => {
    const broken = await Promise.allSettled(
      Array.from({ length: 42 }, () => verifyPassword('no hash', 'x')),
    );

    expect(broken.every(({ status }) => status === 'rejected')).toBe(true);
    const after = await Promise.all(
      Array.from({ length: 42 }, () => verifyPassword(undefined, 'x')),
    );
    expect(after).toHaveLength(42);
  });
});

test('a password is right against its own hash alone', async () => {
  const [one, other] = await Promise.all([
    hashPassword('tide-harbour'),
    hashPassword('tide-harbour'),
  ]);

  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(one).not.toBe(other);
  expect(await verifyPassword(one, 'tide-harbour')).toBe(true);
  expect(await verifyPassword(one, 'tide-harbouR')).toBe(false);
  expect(await verifyPassword(undefined, 'tide-harbour')).toBe(false);
});

test('a one-time password is 20 letters of an alphabet without look-alikes', () => {
  const passwords = Array.from({ length: 500 }, oneTimePassword);

  expect(new Set(passwords).size).toBe(500);
  for (const password of passwords)
    expect(password).toMatch(/^([a-km-zA-HJ-NP-Z2-9]{5}-){3}[a-km-zA-HJ-NP-Z2-9]{5}$/);
  expect(new Set(passwords.join('')).size).toBe(55 + 1);
});

describe('judgePassword', () => {
  test.for([
    'admin123',
    'Admin!234',
    'password1234',
    'aaaaaaaaaaaaaaaa',
    'qwertyuiop12',
    '123456789012',
  ])('finds %s weak', async (password) => {
    expect((await judgePassword(password, [])).isStrong).toBe(false);
  });

  test('finds one’s own names weak', async () => {
    const password = 'daw-khin-hnin-1';

    expect((await judgePassword(password, [])).isStrong).toBe(true);
    expect((await judgePassword(password, ['daw-khin-hnin'])).isStrong).toBe(false);
  });

  test('takes a strong one, and is done with the longest in time', async () => {
    const start = performance.now();

    expect((await judgePassword('tide-harbour-lantern-42', [])).isStrong).toBe(true);
    expect((await judgePassword('aB3$'.repeat(32), [])).isStrong).toBeTypeOf('boolean');
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
