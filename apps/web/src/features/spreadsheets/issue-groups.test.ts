import type { CellIssue, PlanEntry } from '@cmp/shared/changes';
import { describe, expect, test } from 'vitest';
import { groupIssues } from './issue-groups.ts';

describe('what is wrong in a file is told by kind', () => {
  test('the same fault in the same column is one group, with each row and each find once', () => {
    const groups = groupIssues(
      [
        row(14, [issue({ found: '31/13/26' })]),
        row(27, [issue({ found: 'soon' })]),
        row(90, [issue({ found: '31/13/26' })]),
      ],
      'errors',
    );

    expect(groups).toEqual([
      {
        column: 'expire_date',
        code: 'not_a_date',
        accepted: 'a date',
        rows: [14, 27, 90],
        found: [
          { text: '31/13/26', suggestion: null },
          { text: 'soon', suggestion: null },
        ],
      },
    ]);
  });

  test('one row may have two faults, and what is wrong most often comes first', () => {
    const service = issue({ column: 'service_type', code: 'unknown_service', found: 'Basik' });
    const groups = groupIssues(
      [row(2, [service, issue({ found: 'x' })]), row(3, [issue({ found: 'y' })])],
      'errors',
    );

    expect(groups.map(({ column, rows }) => [column, rows])).toEqual([
      ['expire_date', [2, 3]],
      ['service_type', [2]],
    ]);
  });

  test('warnings are not errors', () => {
    const entry = {
      ...row(2, [issue({})]),
      errors: [],
      warnings: [issue({ found: '1990-01-01' })],
    };

    expect(groupIssues([entry], 'errors')).toEqual([]);
    expect(groupIssues([entry], 'warnings')).toHaveLength(1);
  });
});

function issue(over: Partial<CellIssue>): CellIssue {
  return {
    column: 'expire_date',
    code: 'not_a_date',
    found: '',
    accepted: 'a date',
    suggestion: null,
    ...over,
  };
}

function row(fileRow: number, errors: CellIssue[]): PlanEntry {
  return {
    ordinal: fileRow,
    kind: 'error',
    table: 'users',
    rowId: null,
    name: 'may',
    fileRow,
    before: {},
    after: {},
    reason: null,
    errors,
    warnings: [],
  };
}
