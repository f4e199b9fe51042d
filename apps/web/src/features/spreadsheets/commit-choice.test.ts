import type { PlanCounts } from '@cmp/shared/changes';
import { expect, test } from 'vitest';
import { commitChoiceOf } from './commit-choice.ts';

const counts: PlanCounts = {
  added: 12,
  changed: 31,
  unchanged: 105,
  removed: 0,
  skipped: 0,
  refused: 0,
  errors: 0,
  warnings: 0,
};

test('a merge of good rows needs nothing more than a press', () => {
  expect(commitChoiceOf(counts, 'merge')).toEqual({
    kind: 'commit',
    rows: 43,
    leavesOut: 0,
    mustName: false,
  });
});

test('a merge with rows in error leaves them out', () => {
  expect(commitChoiceOf({ ...counts, errors: 4 }, 'merge')).toMatchObject({
    rows: 43,
    leavesOut: 4,
  });
});

test('a mirror that deletes asks for the server’s name', () => {
  const choice = commitChoiceOf({ ...counts, removed: 9 }, 'mirror');

  expect(choice).toMatchObject({ rows: 52, mustName: true });
});

test('a mirror is never made of a part of a file', () => {
  const choice = commitChoiceOf({ ...counts, removed: 9, errors: 1 }, 'mirror');

  expect(choice).toEqual({ kind: 'nothing', because: 'mirrorErrors' });
});

test('where nothing would change there is nothing to press, and it says why', () => {
  const nothing = { ...counts, added: 0, changed: 0 };

  expect(commitChoiceOf(nothing, 'merge')).toEqual({ kind: 'nothing', because: 'nothingToDo' });
  expect(commitChoiceOf({ ...nothing, errors: 2 }, 'merge')).toEqual({
    kind: 'nothing',
    because: 'nothingValid',
  });
});
