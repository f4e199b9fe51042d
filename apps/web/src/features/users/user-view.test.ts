import { describe, expect, test } from 'vitest';
import { apiQueryOf, filterCount, searchOf, viewOf, withoutFilters } from './user-view.ts';

describe('a view of the users', () => {
  test('is told whole by its address', () => {
    const address =
      'status=soon&service=Mini%2CBasic&exp=2026-12-02..2026-12-09&q=ko&sort=-expires&cols=status%2Cleft&row=123';

    const view = viewOf(new URLSearchParams(address));

    expect(view).toEqual({
      q: 'ko',
      status: 'soon',
      services: ['Mini', 'Basic'],
      expires: { from: '2026-12-02', to: '2026-12-09' },
      sort: '-expires',
      columns: ['status', 'left'],
      open: 123,
    });
    expect(searchOf(view).toString()).toBe(new URLSearchParams(address).toString());
  });

  test('says nothing of what is as usual', () => {
    expect(searchOf(viewOf(new URLSearchParams())).toString()).toBe('');
  });

  test('leaves out what cannot be meant', () => {
    const view = viewOf(
      new URLSearchParams('status=gone&exp=2026-02-31&sort=size&cols=left,secret&row=-4'),
    );

    expect(view).toMatchObject({ status: undefined, expires: undefined, sort: 'name' });
    expect(view).toMatchObject({ columns: ['left'], open: undefined });
  });

  test('takes a span of days either way round, and one day alone', () => {
    const span = (exp: string) => viewOf(new URLSearchParams({ exp })).expires;

    expect(span('2026-12-09..2026-12-02')).toEqual({ from: '2026-12-02', to: '2026-12-09' });
    expect(span('2026-12-02')).toEqual({ from: '2026-12-02', to: '2026-12-02' });
  });

  test('is asked of the API in its own words', () => {
    const view = viewOf(new URLSearchParams('exp=2026-12-02&service=Mini&q=%20ko%20&row=5'));

    expect(apiQueryOf(view).toString()).toBe(
      'q=ko&service=Mini&expiresFrom=2026-12-02&expiresTo=2026-12-02&sort=name',
    );
  });

  test('counts its filters, and lifts them without closing what is open', () => {
    const view = viewOf(new URLSearchParams('status=soon&q=ko&service=Mini&sort=expires&row=5'));

    expect(filterCount(view)).toBe(3);
    expect(searchOf(withoutFilters(view)).toString()).toBe('sort=expires&row=5');
  });
});
