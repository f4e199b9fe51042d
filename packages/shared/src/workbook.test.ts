import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columns, editDistance, nearest, readHeader } from './workbook.ts';
import { type Cell, readCell, readRow } from './workbook-cells.ts';
import { readDateText, readSerial } from './workbook-dates.ts';

const services = [
  { name: 'Mini', aliases: ['x-ray', 'xray', 'outline'] },
  { name: 'Basic', aliases: [] },
  { name: 'Unlimited', aliases: [] },
];
const rules = { dateOrder: 'DMY', services } as const;
const text = (value: string): Cell => ({ kind: 'text', text: value });
const number = (value: number): Cell => ({ kind: 'number', value, isDate: false });
const header = (...names: string[]) => readHeader(new Map(names.entries()));

describe('readHeader', () => {
  test('finds every column whatever its case, spaces and underscores', () => {
    const spelling = fc.constantFrom<(name: string) => string>(
      (name) => name.toUpperCase(),
      (name) => name.replaceAll('_', ' '),
      (name) => name.replaceAll('_', ''),
      (name) => ` ${name}\u00A0`,
      (name) => name.replaceAll('_', '__'),
    );
    void fc.assert(
      fc.property(
        fc.shuffledSubarray([...columns, 'id', 'server_id'], { minLength: 10 }),
        fc.array(spelling, { minLength: 10, maxLength: 10 }),
        (names, spellings) => {
          const spelt = names.map((name, index) => spellings[index]?.(name) ?? name);

          const read = header(...spelt);

          expect(read).toEqual({
            kind: 'columns',
            places: new Map(
              names.flatMap((name, place) => {
                const column = columns.find((known) => known === name);
                return column ? [[column, place]] : [];
              }),
            ),
          });
        },
      ),
    );
  });

  test.each([
    [
      ['account_name', 'expiry'],
      { kind: 'unknown', names: [{ name: 'expiry', suggestion: null }] },
    ],
    [
      ['account_name', 'expire_dte'],
      { kind: 'unknown', names: [{ name: 'expire_dte', suggestion: 'expire_date' }] },
    ],
    [
      ['account_name', '__proto__', 'constructor'],
      {
        kind: 'unknown',
        names: [
          { name: '__proto__', suggestion: null },
          { name: 'constructor', suggestion: null },
        ],
      },
    ],
    [['account_name', 'Account Name'], { kind: 'duplicate', names: ['Account Name'] }],
    [['id', 'ID', 'account_name'], { kind: 'duplicate', names: ['ID'] }],
    [['contact'], { kind: 'incomplete', names: ['account_name'] }],
    [[], { kind: 'incomplete', names: ['account_name'] }],
  ])('refuses %j', (names, refusal) => {
    expect(header(...names)).toEqual(refusal);
  });
});

describe('dates', () => {
  const day = fc
    .date({
      min: new Date('1904-01-01'),
      max: new Date('9999-12-31'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString().slice(0, 10));

  test('read the same day in every form', () => {
    void fc.assert(
      fc.property(day, fc.double({ min: 0, max: 0.99, noNaN: true }), (iso, time) => {
        const [year, month, dayOfMonth] = iso.split('-');
        const days = Date.parse(iso) / 86_400_000;
        const since1904 = days - Date.parse('1904-01-01') / 86_400_000;
        const since1900 = since1904 + 1462;

        const readings = [
          readDateText(iso, 'DMY'),
          readDateText(`${dayOfMonth}/${month}/${year}`, 'DMY'),
          readDateText(`${month}/${dayOfMonth}/${year}`, 'MDY'),
          readDateText(`${iso} 00:00:00`, 'MDY'),
          readSerial(since1900 + time, 1900),
          readSerial(since1904 + time, 1904),
        ];

        for (const reading of readings) expect(reading).toEqual({ kind: 'date', date: iso });
      }),
    );
  });

  test.each([
    [1, '1900-01-01'],
    [59, '1900-02-28'],
    [61, '1900-03-01'],
    [2_958_465, '9999-12-31'],
  ])('count day %i from 1900 as %s', (serial, date) => {
    expect(readSerial(serial, 1900)).toEqual({ kind: 'date', date });
  });

  test.each([
    ['31/02/2026', 'no_such_date', null],
    ['29/02/2026', 'no_such_date', null],
    ['12/31/2026', 'no_such_date', '2026-12-31'],
    ['2026-13-01', 'no_such_date', null],
    ['0000-01-01', 'no_such_date', null],
    ['20260501', 'not_a_date', '2026-05-01'],
    ['1/5/26', 'not_a_date', '2026-05-01'],
    ['2026-05-01T10:00:00Z', 'not_a_date', null],
    ['tomorrow', 'not_a_date', null],
    ['1e5', 'not_a_date', null],
  ])('refuse %s as %s', (typed, code, suggestion) => {
    expect(readDateText(typed, 'DMY')).toEqual({ kind: 'wrong', code, suggestion });
  });

  test.each([60, 0, -1, 2_958_466, 20_260_501, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuse day %d',
    (serial) => {
      expect(readSerial(serial, 1900).kind).toBe('wrong');
    },
  );
});

describe('readCell', () => {
  test.each([
    ['account_name', text('  Ann  '), 'Ann'],
    ['account_name', text('=HYPERLINK("x")'), '=HYPERLINK("x")'],
    ['account_name', text('__proto__'), '__proto__'],
    ['account_name', number(959_123_456_789), '959123456789'],
    ['remark', { kind: 'number', value: 46_143.5, isDate: true }, '2026-05-01'],
    ['account_name', text('\u0041\u030A'), '\u00C5'],
    ['service_type', text('X-RAY'), 'Mini'],
    ['service_type', { kind: 'blank' }, null],
    ['contact', text('   '), null],
    ['expire_date', text('01/02/2026'), '2026-02-01'],
    ['expire_date', number(46_054), '2026-02-01'],
    ['total_devices', text(' 3 '), 3],
    ['total_devices', number(0), 0],
    ['data_limit_gb', text('Unlimited'), 'unlimited'],
    ['data_limit_gb', text('12.5'), 12.5],
    ['data_limit_gb', { kind: 'blank' }, null],
    ['enabled', { kind: 'boolean', value: false }, false],
    ['enabled', text('Yes'), true],
    ['enabled', number(0), false],
  ] as const)('reads %s %j as %j', (column, cell, value) => {
    expect(readCell(column, cell, rules)).toEqual({ value });
  });

  test.each([
    ['account_name', { kind: 'blank' }, 'required', null],
    ['account_name', text('x'.repeat(300)), 'too_long', null],
    ['account_name', text('a\u0000b'), 'control_characters', 'a b'],
    ['account_name', text('a\uD800'), 'control_characters', 'a\uFFFD'],
    ['account_name', { kind: 'formula', text: '=1+1' }, 'formula', null],
    ['remark', text('two\nlines'), 'control_characters', 'two lines'],
    ['remark', text('x'.repeat(1001)), 'too_long', null],
    ['service_type', text('Minni'), 'unknown_service', 'Mini'],
    ['service_type', text('Gold'), 'unknown_service', 'Mini'],
    ['service_type', text('outlin'), 'unknown_service', 'Mini'],
    ['total_devices', number(1.5), 'out_of_range', null],
    ['total_devices', number(-1), 'out_of_range', null],
    ['total_devices', text('two'), 'not_a_number', null],
    ['data_limit_gb', text('100 GB'), 'not_a_number', '100'],
    ['data_limit_gb', text('1,5'), 'not_a_number', '1.5'],
    ['data_limit_gb', { kind: 'error', text: '#N/A' }, 'cell_error', null],
    ['data_limit_gb', number(Number.POSITIVE_INFINITY), 'not_a_number', null],
    ['data_limit_gb', text('1e400'), 'out_of_range', null],
    ['account_name', text('\u200b '), 'required', null],
    ['enabled', text('perhaps'), 'not_yes_or_no', null],
  ] as const)('refuses %s %j: %s', (column, cell, code, suggestion) => {
    expect(readCell(column, cell, rules).error).toMatchObject({ code, suggestion });
  });

  test.each([
    ['account_name', text('9.59E+11'), 'rounded_number'],
    ['contact', number(1e21), 'rounded_number'],
    ['account_name', text('ann\u202Ebob'), 'invisible_characters'],
    ['expire_date', number(5), 'unlikely_date'],
  ] as const)('takes but doubts %s %j: %s', (column, cell, code) => {
    const reading = readCell(column, cell, rules);

    expect(reading.error).toBeUndefined();
    expect(reading.warning).toMatchObject({ code });
  });

  test('answers any text in any column with a value or an error that can be shown', () => {
    void fc.assert(
      fc.property(
        fc.constantFrom(...columns),
        fc.string({ unit: 'binary', maxLength: 1200 }),
        (column, typed) => {
          const { value, error } = readCell(column, text(typed), rules);

          expect(value === undefined).toBe(error !== undefined);
          expect(JSON.stringify(error ?? '')).not.toMatch(/\\u(0000|d[89a-f])/i);
        },
      ),
    );
  });

  test('reads again what it gave', () => {
    void fc.assert(
      fc.property(
        fc.constantFrom('account_name', 'contact', 'remark'),
        fc.string({ unit: 'grapheme' }),
        (column, typed) => {
          const { value } = readCell(column, text(typed), rules);
          fc.pre(typeof value === 'string');

          expect(readCell(column, text(String(value)), rules).value).toBe(value);
        },
      ),
    );
  });
});

describe('readRow', () => {
  test('leaves an absent column out, and tells a blank cell apart', () => {
    const row = readRow(
      new Map([
        ['account_name', text('ann')],
        ['contact', { kind: 'blank' }],
        ['data_limit_gb', text('unlimited')],
      ]),
      rules,
      1900,
    );

    expect(row).toEqual({
      given: { accountName: 'ann', contact: null, dataLimitGb: 'unlimited' },
      errors: [],
      warnings: [],
    });
  });

  test('names each wrong cell of a row', () => {
    const row = readRow(
      new Map([
        ['account_name', text('ann')],
        ['service_type', text('Bsic')],
        ['expire_date', text('31/02/2026')],
      ]),
      rules,
      1900,
    );

    expect(row.errors).toMatchObject([
      { column: 'service_type', code: 'unknown_service', found: 'Bsic', suggestion: 'Basic' },
      { column: 'expire_date', code: 'no_such_date', found: '31/02/2026' },
    ]);
    expect(row.given).toEqual({ accountName: 'ann' });
  });
});

describe('nearest', () => {
  test('counts strokes as an edit distance does', () => {
    const word = fc.string({ maxLength: 12 });
    void fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });

  test('suggests nothing where nothing is near', () => {
    expect(nearest('telephone', columns, (column) => column)).toBeNull();
  });
});
