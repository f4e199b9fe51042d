import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seal, unseal } from './secret-box.ts';

const key = randomBytes(32);

test('a box gives back whatever text went in, and no two boxes are alike', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
      fc.string(),
      (text, place) => {
        const [one, other] = [seal(key, place, text), seal(key, place, text)];

        expect(unseal(key, place, one)).toBe(text);
        expect(one).not.toBe(other);
      },
    ),
  );
});

test('a box opens under no other key, in no other place, and not once a bit of it was turned', () => {
  const box = seal(key, 'mail.password', 'hunter2-hunter2');
  const bytes = Buffer.from(box, 'base64');

  expect(() => unseal(randomBytes(32), 'mail.password', box)).toThrow();
  expect(() => unseal(key, 'mail.token', box)).toThrow();
  expect(() => unseal(key, 'mail.password', '')).toThrow();
  expect(() => unseal(key, 'mail.password', bytes.subarray(0, 27).toString('base64'))).toThrow();
  for (let at = 0; at < bytes.length; at += 1) {
    const turned = Buffer.from(bytes);
    turned.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    expect(() => unseal(key, 'mail.password', turned.toString('base64'))).toThrow();
  }
  // A shorter tag would be easier to forge.
  for (let length = 4; length < 16; length += 1) {
    const short = Buffer.concat([bytes.subarray(0, 12), bytes.subarray(12, 12 + length)]);
    expect(() => unseal(key, 'mail.password', short.toString('base64'))).toThrow();
  }
});

test('a box shows nothing of the text', () => {
  const box = Buffer.from(seal(key, 'mail.password', 'hunter2-hunter2'), 'base64');

  expect(box.toString('latin1')).not.toContain('hunter2');
  expect(box).toHaveLength(12 + 16 + 15);
});
