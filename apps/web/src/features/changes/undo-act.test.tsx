import type { Change, Plan, PlanEntry } from '@cmp/shared/changes';
import type { Job } from '@cmp/shared/jobs';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { queryClient } from '#lib/query-client.ts';
import { keepSession } from '#lib/session.ts';
import { given } from '#test/given.ts';
import { network } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { UndoAct } from './undo-act.tsx';

const commits: unknown[] = [];

beforeEach(() => {
  queryClient.clear();
  commits.length = 0;
  network.use(
    http.post('/api/changes/9/undo', () => HttpResponse.json(plan, { status: 201 })),
    http.get('/api/plans/5/entries', () => HttpResponse.json({ items: refused, total: 3 })),
    http.post('/api/plans/5/commit', async ({ request }) => {
      commits.push(await request.json());
      return HttpResponse.json({
        plan: { ...plan, state: 'committed' },
        changeId: 10,
        jobId: null,
      });
    }),
  );
  keepSession(given.session());
});

test('an undo shows what is set back, what stays and what cannot be, before it is made', async () => {
  showPage(<UndoAct act={act} change={change} />);

  fireEvent.click(screen.getByRole('button', { name: 'Undo…' }));

  await screen.findByText('31 rows are set back');
  await screen.findByText('2 rows stay: they were changed again since');
  await screen.findByText('1 row cannot be set back');
  expect(screen.getByText(/its name is taken by another/)).toBeDefined();
  expect(commits).toEqual([]);

  fireEvent.click(screen.getByRole('button', { name: 'Undo 31 rows' }));
  await waitFor(() => expect(commits).toEqual([{}]));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('a large undo is a job: how far it is, and what it came to', async () => {
  let job: Job = { ...running };
  network.use(
    http.post('/api/plans/5/commit', () =>
      HttpResponse.json({
        plan: { ...plan, state: 'committing', jobId: job.id },
        ...{ changeId: null, jobId: job.id },
      }),
    ),
    http.get(`/api/jobs/${job.id}`, () => HttpResponse.json(job)),
  );
  showPage(<UndoAct act={act} change={change} />);

  fireEvent.click(screen.getByRole('button', { name: 'Undo…' }));
  fireEvent.click(await screen.findByRole('button', { name: 'Undo 31 rows' }));
  await screen.findByText('10,000 of 31,000 rows');
  job = { ...running, state: 'failed', failure: { code: 'plan_moved', message: 'moved' } };
  await screen.findByText(/The data has changed since/, {}, { timeout: 5_000 });

  job = { ...running };
  fireEvent.click(screen.getByRole('button', { name: 'Undo 31 rows' }));
  await screen.findByText('10,000 of 31,000 rows');
  job = { ...running, state: 'done', changeId: 10 };
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull(), { timeout: 5_000 });
}, 15_000);

test('where no row can be set back there is nothing to press', async () => {
  network.use(
    http.post('/api/changes/9/undo', () =>
      HttpResponse.json({ ...plan, counts: { ...plan.counts, changed: 0 } }, { status: 201 }),
    ),
  );
  showPage(<UndoAct act={act} change={change} />);

  fireEvent.click(screen.getByRole('button', { name: 'Undo…' }));

  await screen.findByText('No row can be set back');
  expect(screen.queryByRole('button', { name: /^Undo \d/ })).toBeNull();
});

test('what was undone already is not offered again', () => {
  showPage(<UndoAct act={act} change={{ ...change, undoneByChangeId: 12 }} />);

  expect(screen.getByText('This was undone by change 12.')).toBeDefined();
  expect(screen.queryByRole('button')).toBeNull();
});

test('accounts are set back by hand: no undo is offered', () => {
  const first = { ...entry, table: 'accounts', serverId: null };
  showPage(<UndoAct act={{ changeId: 9, first, entries: [first] }} change={change} />);

  expect(screen.queryByRole('button', { name: 'Undo…' })).toBeNull();
});

test('who may not undo on a server is not offered it there', () => {
  const actions = ['changes:list' as const];
  const grants = [{ serverId: 1, level: 'manage' as const, actions }];
  keepSession(given.session({ role: 'server_admin' }, grants));
  showPage(<UndoAct act={act} change={change} />);

  expect(screen.queryByRole('button', { name: 'Undo…' })).toBeNull();
});

const entry = given.auditEntry({ changeId: 9 });
const act = { changeId: 9, first: entry, entries: [entry] };

const change: Change = {
  id: 9,
  at: entry.at,
  accountId: 7,
  accountName: 'may',
  via: 'panel',
  action: 'users:update',
  reason: null,
  months: null,
  entryCount: 1,
  undoesChangeId: null,
  undoneByChangeId: null,
};

const plan: Plan = {
  id: 5,
  action: 'changes:undo',
  state: 'ready',
  counts: {
    added: 0,
    changed: 31,
    unchanged: 0,
    removed: 0,
    skipped: 0,
    refused: 3,
    errors: 0,
    warnings: 0,
  },
  subject: { changeId: 9 },
  failure: null,
  changeId: null,
  jobId: null,
  createdAt: entry.at,
  expiresAt: entry.at,
};

const running: Job = {
  id: '6b1cf2a5-9f0e-4a52-8c5c-0d0f6e1d7a11',
  kind: 'undo:commit',
  state: 'running',
  phase: 'writing',
  done: 10_000,
  total: 31_000,
  planId: 5,
  subject: {},
  changeId: null,
  failure: null,
  accountId: 7,
  accountName: 'may',
  createdAt: entry.at,
  startedAt: entry.at,
  endedAt: null,
};

const refused: PlanEntry[] = ['altered_since', 'altered_since', 'name_taken'].map(
  (reason, index) => ({
    ordinal: index + 1,
    kind: 'refused',
    table: 'users',
    rowId: index + 1,
    name: `user${index}`,
    fileRow: null,
    before: {},
    after: {},
    reason,
    errors: [],
    warnings: [],
  }),
);
