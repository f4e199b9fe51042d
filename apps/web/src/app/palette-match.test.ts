import { expect, test } from 'vitest';
import { found } from './palette-match.ts';

const pages = [
  { text: 'Overview', also: 'home dashboard start' },
  { text: 'Users', also: 'customers clients people' },
  { text: 'Accounts', also: 'operators admins staff' },
  { text: 'SG-1 Marina', also: 'nodes hosts machines' },
  { text: 'Import into SG-1 Marina', also: 'upload file excel' },
];
const textsFor = (typed: string) => found(pages, typed).map(({ text }) => text);

test.each([
  ['customers', ['Users']],
  ['operators', ['Accounts']],
  ['OPER', ['Accounts']],
  ['import marina', ['Import into SG-1 Marina']],
  ['view', ['Overview']],
  ['nothing', []],
])('“%s” finds what is meant', (typed, texts) => {
  expect(textsFor(typed)).toEqual(texts);
});

test('a letter or two are the beginning of a word, or everything would be found', () => {
  expect(textsFor('a')).toEqual(['Accounts']);
});

test('what begins with it comes before what only holds it', () => {
  expect(textsFor('sg-1')).toEqual(['SG-1 Marina', 'Import into SG-1 Marina']);
});
