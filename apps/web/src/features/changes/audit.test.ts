import { describe, expect, test } from 'vitest';
import { given } from '#test/given.ts';
import { daysOf } from './audit-days.ts';
import { apiQueryOfAudit, auditFilterCount, auditViewOf, searchOfAudit } from './audit-view.ts';
import { sentenceOf } from './change-sentence.tsx';
import { behind } from './changes.queries.ts';
import { diffOf, fateOf, withoutSecrets } from './entry-diff.ts';

const { auditEntry: entry } = given;

describe('the log is parted', () => {
  test('by days of the site’s zone, not of the reader’s', () => {
    const entries = [
      entry({ changeId: 3, at: '2026-11-20T18:00:00Z' }),
      entry({ changeId: 2, at: '2026-11-20T17:00:00Z' }),
    ];

    const days = daysOf(entries, 'Asia/Yangon');

    expect(days.map(({ date, acts }) => [date, acts.map(({ changeId }) => changeId)])).toEqual([
      ['2026-11-21', [3]],
      ['2026-11-20', [2]],
    ]);
  });

  test('by acts, each with all of its rows', () => {
    const entries = [1, 1, 1, 2].map((changeId, id) => entry({ changeId, id: id + 1 }));

    const [day] = daysOf(entries, 'UTC');

    expect(day?.acts.map((act) => act.entries.length)).toEqual([3, 1]);
  });
});

describe('an address', () => {
  test('is read and written without loss', () => {
    const said =
      'actor=3&action=users%3Aupdate&object=users&row=12&server=2&from=2026-11-01&to=2026-11-20';

    expect(searchOfAudit(auditViewOf(new URLSearchParams(said))).toString()).toBe(said);
  });

  test('asks the API in the API’s words', () => {
    const view = auditViewOf(new URLSearchParams('actor=3&object=users&row=12&change=7'));

    expect(apiQueryOfAudit(view).toString()).toBe('accountId=3&table=users&rowId=12&changeId=7');
  });

  test('that means nothing shows the whole log', () => {
    const view = auditViewOf(
      new URLSearchParams('actor=x&action=DROP%20TABLE&row=12&from=2026-02-31&server=-1'),
    );

    expect(auditFilterCount(view)).toBe(0);
    expect(apiQueryOfAudit(view).toString()).toBe('');
  });

  test('with its days the wrong way round means the days between', () => {
    const view = auditViewOf(new URLSearchParams('from=2026-11-20&to=2026-11-01'));

    expect([view.from, view.to]).toEqual(['2026-11-01', '2026-11-20']);
  });
});

describe('a row’s before and after', () => {
  test('tell only what differs', () => {
    const diffs = diffOf({
      before: { expiresOn: '2026-11-30', remark: 'a', updatedAt: '1' },
      after: { expiresOn: '2026-12-31', remark: 'a', updatedAt: '2' },
    });

    expect(diffs).toEqual([{ field: 'expiresOn', before: '2026-11-30', after: '2026-12-31' }]);
  });

  test('open the fields of settings', () => {
    const diffs = diffOf({
      before: { fields: { siteName: 'Portal', language: 'en' } },
      after: { fields: { siteName: 'Acme', language: 'en' } },
    });

    expect(diffs).toEqual([{ field: 'siteName', before: 'Portal', after: 'Acme' }]);
  });

  test.each([
    ['added', { before: {}, after: { id: 1 } }],
    ['gone', { before: { id: 1 }, after: {} }],
    ['gone', { before: { deletedAt: null }, after: { deletedAt: '2026-11-20T17:00:00Z' } }],
    ['back', { before: { deletedAt: '2026-11-20T17:00:00Z' }, after: { deletedAt: null } }],
    ['changed', { before: { remark: null }, after: { remark: 'x' } }],
  ] as const)('say whether it is %s', (fate, sides) => {
    expect(fateOf(sides)).toBe(fate);
  });

  test('are copied without secrets', () => {
    const copied = withoutSecrets(
      entry({
        before: { passwordHash: '$argon2id$…', mustChangePassword: true },
        after: { passwordHash: null, role: 'viewer' },
      }),
    );

    expect(copied.before).toEqual({ passwordHash: '••••••', mustChangePassword: true });
    expect(copied.after).toEqual({ passwordHash: null, role: 'viewer' });
  });
});

describe('the next page begins', () => {
  const page = (...changeIds: number[]) => ({
    items: changeIds.map((changeId, id) => entry({ changeId, id: id + 1 })),
    total: 9,
    nextCursor: '7.3',
  });

  test('behind the last row', () => {
    expect(behind(page(8, 7, 7), '')).toEqual({ cursor: '7.3' });
  });

  test('behind a change that filled the page', () => {
    expect(behind(page(7, 7, 7), 'action=users%3Aimport')).toEqual({ beforeChange: '7' });
  });

  test('within that change where it was asked for by itself', () => {
    expect(behind(page(7, 7, 7), 'changeId=7')).toEqual({ cursor: '7.3' });
  });

  test('nowhere behind the last page', () => {
    expect(behind({ items: [entry({})], total: 1 }, '')).toBeUndefined();
  });
});

describe('an act is told', () => {
  test.each([
    ['changedOn', entry({ before: { remark: 'a' }, after: { remark: 'b' } })],
    ['extended', entry({ action: 'users:extend' })],
    ['extendedBy', entry({ action: 'users:extend', months: 3 })],
    ['gone', entry({ table: 'servers', action: 'servers:delete', before: { id: 1 }, after: {} })],
    ['altered', entry({ table: 'settings', action: 'settings:update' })],
    ['imported', entry({ action: 'users:import' })],
  ] as const)('as %s', (sentence, first) => {
    expect(sentenceOf({ changeId: 1, first, entries: [first] })).toBe(sentence);
  });

  test('by how many rows where they are many', () => {
    const first = entry({});

    expect(sentenceOf({ changeId: 1, first, entries: [first, entry({ id: 2 })] })).toBe('manyOn');
  });
});
