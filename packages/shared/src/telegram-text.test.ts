import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeHtml } from './escape-html.ts';
import { splitHtml } from './telegram-text.ts';

const tags = ['b', 'i', 'code', 'a href="https://portal.test/?a=1&amp;b=2"'];
const words = fc.string({ unit: 'grapheme', maxLength: 60 }).map(escapeHtml);
const space = fc.constantFrom('', ' ', '\n', '\n\n');

/** HTML as the portal writes it: escaped text, with whole marks around some of it, also within each other. */
const html = fc
  .array(
    fc.tuple(words, space, fc.subarray(tags)).map(
      ([text, after, marks]) =>
        marks.map((mark) => `<${mark}>`).join('') +
        text +
        marks
          .toReversed()
          .map((mark) => `</${mark.split(' ')[0]}>`)
          .join('') +
        after,
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(''));

/** What is seen, without what a cut may swallow. */
const seen = (text: string) => text.replaceAll(/<[^<>]*>/g, '').replaceAll(/\s/g, '');

describe('a message that is too long', () => {
  test('goes out whole and in order, in parts that each fit', () => {
    fc.assert(
      fc.property(html, fc.integer({ min: 160, max: 400 }), (text, most) => {
        const parts = splitHtml(text, most);

        expect(parts.map(seen).join('')).toBe(seen(text));
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('is cut within no tag, no entity and no character', () => {
    fc.assert(
      fc.property(html, (text) => {
        for (const part of splitHtml(text, 160)) {
          expect(part.isWellFormed()).toBe(true);
          expect(part.replaceAll(/<[^<>]*>/g, '')).not.toMatch(/[<>"]|&(?!(amp|lt|gt|quot);)/);
          expect(leftOpen(part)).toEqual([]);
        }
      }),
    );
  });

  test('is cut between lines where there are any', () => {
    const line = `${'x'.repeat(99)}\n`;

    const parts = splitHtml(line.repeat(50));

    expect(parts).toEqual([line.repeat(40).trim(), line.repeat(10).trim()]);
  });

  test('has characters of two units kept whole where nothing else can be cut', () => {
    const parts = splitHtml(`a${'😀'.repeat(3000)}`);

    expect(parts.map((part) => part.length)).toEqual([4095, 1906]);
    expect(parts.every((part) => part.isWellFormed())).toBe(true);
  });

  test('is none where there is nothing to see', () => {
    expect(splitHtml('<b> \n</b>')).toEqual([]);
  });
});

function leftOpen(part: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = ''] of part.matchAll(/<(\/?)([\w-]+)[^<>]*>/g)) {
    if (slash === '') open.push(name);
    else expect(open.pop()).toBe(name);
  }
  return open;
}
