import type { User } from '@cmp/shared/users';
import { describe, expect, test } from 'vitest';
import { given } from '#test/given.ts';
import { indexOf, rowAt, rowsToDraw, windowSize, windowsFor } from './user-windows.ts';

describe('the windows of a list', () => {
  test('are the first, and those around the rows in sight', () => {
    expect(windowsFor(50_010, 50_050, 100_000)).toEqual([0, 249, 250]);
    expect(windowsFor(0, 30, 100_000)).toEqual([0]);
  });

  test('end with the list', () => {
    expect(windowsFor(390, 401, 402)).toEqual([0, 1, 2]);
    expect(windowsFor(190, 199, 200)).toEqual([0]);
    expect(windowsFor(0, 0, 0)).toEqual([0]);
  });

  test('give the row at a place, and the place of a row', () => {
    const windows = new Map([[2, users(401, 3)]]);

    expect(rowAt(windows, 2 * windowSize + 1)?.id).toBe(402);
    expect(rowAt(windows, 2 * windowSize + 3)).toBeUndefined();
    expect(rowAt(windows, 0)).toBeUndefined();
    expect(indexOf(windows, 403)).toBe(2 * windowSize + 2);
  });
});

describe('the rows that are drawn', () => {
  test('are always as many, so that each takes the turn of one that leaves', () => {
    const before = rowsToDraw(100, 30, 1_000);
    const after = rowsToDraw(117, 30, 1_000);

    const turns = (rows: number[]) => new Set(rows.map((row) => row % 30));
    expect(turns(before)).toEqual(turns(after));
    expect(turns(after).size).toBe(30);
  });

  test('stay within the list', () => {
    expect(rowsToDraw(-6, 4, 100)).toEqual([0, 1, 2, 3]);
    expect(rowsToDraw(99, 4, 100)).toEqual([96, 97, 98, 99]);
    expect(rowsToDraw(0, 30, 2)).toEqual([0, 1]);
  });
});

function users(firstId: number, count: number): User[] {
  return Array.from({ length: count }, (_, place) => given.user({ id: firstId + place }));
}
