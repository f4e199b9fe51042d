import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { exists } from './calendar.oracle.ts';
import { CalendarDate, IdText, nameKey, optionalText, text } from './primitives.ts';

/** Characters that tell one form of Unicode from another, or fold in an unusual way. */
const tricky = fc.string({
  unit: fc.constantFrom(
    ...['a', 'H', 'J', 'ẖ', 'ǰ', 'İ', 'I', 'ı', 'ß', 'ẞ', 'Σ', 'ς', 'ﬁ', 'Ａ', '①', '¨', 'é', 'É'],
    ...[
      '\u0331',
      '\u030c',
      '\u0307',
      '\u0301',
      '\u0345',
      '\u0323',
      ' ',
      '\u00a0',
      '\u3000',
      '\u2000',
    ],
    ...['မ', '\u1039', '한', '\u1112', '\u200d', '😀', '-'],
  ),
});
const anyText = fc.oneof(tricky, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

describe('a name’s key', () => {
  test('is its own key', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        expect(nameKey(nameKey(name))).toBe(nameKey(name));
      }),
      { numRuns: 2000 },
    );
  });

  test('is the same for every form and for spaces around', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD'),
        fc.constantFrom('', ' ', '\u00a0', '\t\n'),
        (name, form, space) => {
          expect(nameKey(space + name.normalize(form) + space)).toBe(nameKey(name));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('is the same in upper and in lower case, for the alphabets where case is one to one', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'abzéüñçåøđăþабяіїαβω') });
    fc.assert(
      fc.property(letters, (name) => {
        expect(nameKey(name.toUpperCase())).toBe(nameKey(name));
      }),
    );
  });

  test.each([
    ['Ko.Htet', 'ko.htet'],
    ['  Mini ', 'mini'],
    ['ＭＩＮＩ', 'mini'],
    ['H\u0331', '\u1e96'],
    ['J\u030c', '\u01f0'],
    ['E\u0301', 'é'],
    ['ﬁn', 'fin'],
    ['မောင်', 'မောင်'],
    ['\u00a0', ''],
  ])('of %j is %j', (name, key) => {
    expect(nameKey(name)).toBe(key);
  });

  test('keeps different names apart', () => {
    const keys = ['mini', 'mini2', 'mi ni', 'mîni', 'минi', 'm-ini'].map(nameKey);

    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('a text', () => {
  const Text = text(20);

  test('refuses every control character and half of a character, in the middle', () => {
    for (let code = 0; code <= 0xffff; code++) {
      const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
      const isHalf = code >= 0xd800 && code < 0xe000;
      const typed = `a${String.fromCharCode(code)}b`;

      if (Text.safeParse(typed).success === (isControl || isHalf)) expect.fail(code.toString(16));
    }
  });

  test('holds no control character after normalisation, whatever was typed', () => {
    fc.assert(
      fc.property(anyText, (typed) => {
        const parsed = text(2000).safeParse(typed);
        if (!parsed.success) return;

        expect(parsed.data).toBe(typed.trim().normalize('NFC'));
        expect(parsed.data).not.toMatch(/[\p{Cc}\p{Cs}]|^\s|\s$/u);
        expect(parsed.data).not.toBe('');
        expect(text(2000).parse(parsed.data)).toBe(parsed.data);
      }),
      { numRuns: 2000 },
    );
  });

  test('is measured as it is kept', () => {
    expect(Text.parse(`  ${'é'.normalize('NFD').repeat(20)}  `)).toBe('é'.repeat(20));
    expect(Text.safeParse('é'.repeat(21)).success).toBe(false);
    // One character that normalises to three.
    expect(Text.safeParse('\ufb2c'.repeat(7)).success).toBe(false);
  });

  test('is not empty, though spaces were typed', () => {
    expect(Text.safeParse(' \u3000 ').success).toBe(false);
    expect(Text.safeParse('').success).toBe(false);
    expect(Text.safeParse(null).success).toBe(false);
  });

  test('can be seen: joiners, fillers and marks of direction alone are no text', () => {
    for (const unseen of ['\u200b', '\u3164', '\u202e\u2066', '\u200d \ufe0f', '\u00ad'])
      expect(Text.safeParse(unseen).success, JSON.stringify(unseen)).toBe(false);
    for (const seen of ['\u202eabc', '👩\u200d👧', '한', '-', '\u0301'])
      expect(Text.safeParse(seen).success, seen).toBe(true);
  });
});

describe('an optional text', () => {
  const Optional = optionalText(20);

  test('is null where nothing was typed', () => {
    expect(Optional.parse('')).toBeNull();
    expect(Optional.parse(' \u00a0 ')).toBeNull();
    expect(Optional.parse(null)).toBeNull();
  });

  test('is a text where something was', () => {
    expect(Optional.parse('  e\u0301 ')).toBe('é');
    expect(Optional.safeParse('a\u0000b').success).toBe(false);
    expect(Optional.safeParse('a\ud800').success).toBe(false);
    expect(Optional.safeParse('a'.repeat(21)).success).toBe(false);
    expect(Optional.safeParse(undefined).success).toBe(false);
  });

  test.each(['input', 'output'] as const)('has a JSON schema as %s', (io) => {
    const { anyOf } = z.toJSONSchema(Optional, { io });

    expect(anyOf).toEqual([
      expect.objectContaining({ type: 'string', maxLength: 20 }),
      { type: 'null' },
    ]);
  });
});

describe('a calendar date', () => {
  test('is a day that exists, written in full', () => {
    const two = fc.integer({ min: 0, max: 39 }).map((value) => String(value).padStart(2, '0'));
    const year = fc.integer({ min: 1, max: 9999 }).map((value) => String(value).padStart(4, '0'));
    fc.assert(
      fc.property(year, two, two, (yyyy, mm, dd) => {
        const date = `${yyyy}-${mm}-${dd}`;

        expect(CalendarDate.safeParse(date).success).toBe(exists(date));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    '2023-02-29',
    '2100-02-29',
    '2026-04-31',
    '2026-1-1',
    '0000-01-01',
    '+012026-01-01',
    '10000-01-01',
    '2026-01-01T00:00:00Z',
    ' 2026-01-01',
    '01/02/2026',
    '',
  ])('is not %j', (written) => {
    expect(CalendarDate.safeParse(written).success).toBe(false);
  });

  test.each(['0001-01-01', '2000-02-29', '2024-02-29', '9999-12-31'])('is %j', (written) => {
    expect(CalendarDate.parse(written)).toBe(written);
  });
});

describe('an id in a path', () => {
  test('is a whole number that the database can hold', () => {
    expect(IdText.parse('1')).toBe(1);
    expect(IdText.parse('2147483647')).toBe(2_147_483_647);
    for (const written of ['0', '-1', '1.5', '2147483648', '', 'x', 'NaN', 'Infinity', '1e400']) {
      expect(IdText.safeParse(written).success, written).toBe(false);
    }
  });
});
