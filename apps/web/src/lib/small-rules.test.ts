import { deviceOf } from '@cmp/shared/device';
import { expect, test } from 'vitest';
import { adviceOn } from './password-advice.ts';
import { pseudoOf } from './pseudo-locale.ts';
import { agoInWords, leftInWords } from './time.ts';

const now = new Date('2026-11-21T12:00:00Z');

test.each([
  ['', { is: 'Empty' }],
  ['abcdefg', { is: 'Short', missing: 5 }],
  ['may-is-the-best', { is: 'Name' }],
  ['aaaaaaaaaaaaaa', { is: 'Repeat' }],
  ['tiptiptiptiptip', { is: 'Repeat' }],
  ['zebra-12345-hat', { is: 'Sequence' }],
  ['violet hammer', { is: 'Fair' }],
  ['violet hammer under snow', { is: 'Good' }],
])('on the password %j it advises %j', (password, advice) => {
  expect(adviceOn(password, ['may', 'May Phoo'])).toEqual(advice);
});

test.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
    { browser: 'Firefox', system: 'Windows' },
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36 Edg/150.0',
    { browser: 'Edge', system: 'Windows' },
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1',
    { browser: 'Safari', system: 'iPhone' },
  ],
  [null, { browser: undefined, system: undefined }],
])('it reads %j as a person would', (userAgent, device) => {
  expect(deviceOf(userAgent)).toEqual(device);
});

test.each([
  ['2026-11-21T11:59:30Z', 'just now'],
  ['2026-11-21T11:52:00Z', '8 min ago'],
  ['2026-11-21T03:00:00Z', '9 h ago'],
  ['2026-11-09T12:00:00Z', '12 d ago'],
  ['2026-01-02T12:00:00Z', '2 Jan 2026'],
])('%s is %s', (at, words) => {
  expect(agoInWords(at, now)).toBe(words);
});

test.each([
  ['2026-11-21T12:39:10Z', '40 min'],
  ['2026-11-21T21:00:00Z', '9 h'],
  ['2026-11-22T16:30:00Z', '1 d 4 h'],
  ['2026-12-03T13:00:00Z', '12 d'],
  ['2026-11-21T12:00:00Z', undefined],
])('until %s there is %s left', (until, words) => {
  expect(leftInWords(until, now)).toBe(words);
});

test('the pseudo-locale accents every sentence and leaves parameters alone', () => {
  const pseudo = pseudoOf({ a: { b: 'Updated {{ago}} <b>now</b>' } });

  expect(pseudo).toEqual({ a: { b: '⟦Úpdátéd {{ago}} <b>ñów</b>⟧' } });
});
