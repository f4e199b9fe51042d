import { expect, test } from 'vitest';
import { placeWithin } from './place-within.ts';

test.each([
  ['/accounts?q=may#top', '/accounts?q=may#top'],
  [null, '/'],
  ['https://evil.example/', '/'],
  ['//evil.example/accounts', '/'],
  ['/\\evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['accounts', '/'],
])('from %j it goes to %s', (to, place) => {
  expect(placeWithin(to)).toBe(place);
});
