import { describe, expect, test } from 'vitest';
import { given } from '#test/given.ts';
import { changedFields, mergeEdits } from './merge-edits.ts';

const base = given.user({ contact: 'old', remark: null, totalDevices: 1 });

describe('two edits of one user', () => {
  test('of different fields are both kept', () => {
    const merged = mergeEdits(base, { ...base, contact: 'theirs' }, { ...base, totalDevices: 4 });

    expect(merged.fields).toMatchObject({ contact: 'theirs', totalDevices: 4 });
    expect(merged.conflicts).toEqual([]);
  });

  test('of the same field have to be chosen between, mine standing until then', () => {
    const theirs = { ...base, contact: 'theirs', remark: 'both' };
    const mine = { ...base, contact: 'mine', remark: 'both' };

    const merged = mergeEdits(base, theirs, mine);

    expect(merged.conflicts).toEqual(['contact']);
    expect(merged.fields).toMatchObject({ contact: 'mine', remark: 'both' });
  });

  test('leave nothing to save where they came to the same', () => {
    const theirs = { ...base, contact: 'same' };

    const { fields } = mergeEdits(base, theirs, { ...base, contact: 'same' });

    expect(changedFields(theirs, fields)).toEqual({});
  });
});
