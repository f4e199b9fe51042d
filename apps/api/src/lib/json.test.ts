import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findDuplicateKey } from './json.ts';

describe('findDuplicateKey', () => {
  test.for([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"a" \n\t: 1, "a":2}', 'a'],
    ['{"":1,"":2}', ''],
    ['[{"a":1},{"b":{"c":1,"c":1}}]', 'c'],
    ['{"a":"}","a":"{"}', 'a'],
    ['{"a\\"":1,"a\\"":2}', 'a"'],
    ['{"a":[{"a":1}],"b":{"a":1}}', undefined],
    ['[{"a":1},{"a":1}]', undefined],
    ['{"a":"\\"a\\":1","b":"{\\"a\\":"}', undefined],
    ['{"a":"x\\\\","b":1}', undefined],
    ['["a","a"]', undefined],
    ['"a"', undefined],
    ['', undefined],
  ] as const)('of %s is %s', ([json, key]) => {
    expect(findDuplicateKey(json)).toBe(key);
  });

  test('agrees with a parser that keeps every key it reads', () => {
    // Few keys, so that some meet; brackets, quotes and escapes among them, because they are what misleads.
    const key = fc.constantFrom(
      'a',
      'b',
      '',
      '"',
      '\\',
      '{',
      '}:',
      ',"a":',
      'é',
      '\u0000',
      '__proto__',
      '\ud83d\ude00',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        key.map((text) => JSON.stringify(text)),
        fc.constantFrom('0', '-1.5e3', 'true', 'null'),
        fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(' , ')}]`),
        fc
          .array(fc.tuple(spelled(key), tie('value')), { maxLength: 4 })
          .map((members) => `{ ${members.map(([name, one]) => `${name} : ${one}`).join(',\n')} }`),
      ),
    }));

    fc.assert(
      fc.property(value.map(String), (json) => {
        expect(() => JSON.parse(json)).not.toThrow();
        expect(findDuplicateKey(json) !== undefined).toBe(hasDuplicate(json));
      }),
      { numRuns: 3_000 },
    );
  });
});

/** A key as JSON may spell it: plainly, or every character as an escape. */
function spelled(key: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(key, fc.boolean()).map(([text, isEscaped]) =>
    isEscaped
      ? `"${[...text]
          .flatMap((c) => c.split(''))
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          .join('')}"`
      : JSON.stringify(text),
  );
}

/** The oracle: a descent by the grammar of RFC 8259, one character at a time, for texts known to be sound. */
function hasDuplicate(json: string): boolean {
  let at = 0;
  let isFound = false;
  readValue();
  return isFound;

  function skipSpace() {
    while (' \n\r\t'.includes(json[at] ?? 'x')) at += 1;
  }

  function readValue(): void {
    skipSpace();
    const first = json[at];
    if (first === '"') readString();
    else if (first === '{') readObject();
    else if (first === '[') readArray();
    else while (at < json.length && !',]} \n\r\t'.includes(json[at] ?? '')) at += 1;
    skipSpace();
  }

  function readString(): string {
    const start = at;
    at += 1;
    while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
    at += 1;
    return JSON.parse(json.slice(start, at));
  }

  function readObject(): void {
    const names: string[] = [];
    at += 1;
    skipSpace();
    while (json[at] !== '}') {
      if (json[at] === ',') at += 1;
      skipSpace();
      names.push(readString());
      skipSpace();
      at += 1;
      readValue();
    }
    at += 1;
    if (new Set(names).size < names.length) isFound = true;
  }

  function readArray(): void {
    at += 1;
    skipSpace();
    while (json[at] !== ']') {
      if (json[at] === ',') at += 1;
      readValue();
    }
    at += 1;
  }
}
