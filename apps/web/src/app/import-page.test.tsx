import type { Plan } from '@cmp/shared/changes';
import type { ServerList } from '@cmp/shared/servers';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { chosenFile } from '#features/spreadsheets/chosen-file.ts';
import { queryClient } from '#lib/query-client.ts';
import { keepSession } from '#lib/session.ts';
import { given } from '#test/given.ts';
import { network, refusal } from '#test/network.ts';
import { showPageAt } from '#test/page.tsx';
import { ImportPage } from './import-page.tsx';
import { SignInDialog } from './sign-in-dialog.tsx';

let plan: Plan;
let signedIn: boolean;
const uploads: { mode: string | null; name: string; text: string }[] = [];
const commits: unknown[] = [];

beforeEach(() => {
  queryClient.clear();
  chosenFile.set(undefined);
  uploads.length = 0;
  commits.length = 0;
  signedIn = true;
  plan = planOf({});
  network.use(
    http.get('/api/site', () => HttpResponse.json(given.site())),
    http.get('/api/servers/1', () => HttpResponse.json(server)),
    http.get('/api/auth/session', () => HttpResponse.json(given.session())),
    http.post('/api/auth/refresh', () => refusal(401, 'unauthenticated')),
    http.post('/api/auth/login', () => {
      signedIn = true;
      return HttpResponse.json(given.session());
    }),
    http.post('/api/servers/1/users/import', async ({ request }) => {
      if (!signedIn) return refusal(401, 'unauthenticated');
      const file = (await request.formData()).get('file');
      if (!(file instanceof File)) return refusal(400, 'invalid_request');
      const mode = new URL(request.url).searchParams.get('mode');
      uploads.push({ mode, name: file.name, text: await file.text() });
      return HttpResponse.json(plan, { status: 201 });
    }),
    http.get('/api/plans/5', () => HttpResponse.json(plan)),
    http.get('/api/plans/5/entries', () => HttpResponse.json({ items: [], total: 0 })),
    http.post('/api/plans/5/commit', async ({ request }) => {
      commits.push(await request.json());
      plan = { ...plan, state: 'committed', changeId: 9 };
      return HttpResponse.json({ plan, changeId: 9, jobId: null });
    }),
    http.get('/api/changes/9', () => HttpResponse.json(change)),
  );
  keepSession(given.session());
});

test('a file is sent in the chosen mode, and its plan has an address', async () => {
  show('/servers/1/import');
  await choose('users.csv', 'account_name\nmay\n');
  fireEvent.click(screen.getByRole('radio', { name: 'Mirror' }));

  fireEvent.click(screen.getByRole('button', { name: 'Check the file' }));

  await screen.findByText('What would change');
  expect(uploads).toEqual([{ mode: 'mirror', name: 'users.csv', text: 'account_name\nmay\n' }]);
});

test('a session that ends while sending keeps the file, and sends it once signed in again', async () => {
  signedIn = false;
  show('/servers/1/import');
  await choose('users.csv', 'account_name\nmay\n');

  fireEvent.click(screen.getByRole('button', { name: 'Check the file' }));
  await screen.findByRole('dialog', { name: 'Sign in to go on' });
  expect(uploads).toEqual([]);
  fireEvent.change(screen.getByLabelText('Password', { selector: 'input' }), {
    target: { value: 'right' },
  });
  fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));

  await screen.findByText('What would change');
  expect(uploads).toMatchObject([{ name: 'users.csv', text: 'account_name\nmay\n' }]);
});

test('a refused file says what is wrong in it and stays chosen', async () => {
  const names = [{ name: 'servce_type', suggestion: 'service_type' }];
  network.use(
    http.post('/api/servers/1/users/import', () =>
      refusal(422, 'columns_wrong', { details: { problem: 'unknown', names } }),
    ),
  );
  show('/servers/1/import');
  await choose('users.csv', 'servce_type\n');

  fireEvent.click(screen.getByRole('button', { name: 'Check the file' }));

  await screen.findByText('servce_type — perhaps service_type');
  expect(screen.getByText('users.csv')).toBeDefined();
});

test('rows in error are left out only as the button says', async () => {
  plan = planOf({ counts: { ...plan.counts, added: 3, errors: 2 } });
  show('/servers/1/import/5');

  fireEvent.click(
    await screen.findByRole('button', { name: 'Import 3 valid rows, leave out the errors' }),
  );

  await screen.findByRole('heading', { name: 'Imported' });
  expect(commits).toEqual([{ skipErrors: true }]);
});

test('a mirror deletes only once the server’s name is typed', async () => {
  plan = planOf({ mode: 'mirror', counts: { ...plan.counts, removed: 9 } });
  show('/servers/1/import/5');
  const button = await screen.findByRole('button', { name: 'Import 9 rows' });
  expect(button).toHaveProperty('disabled', true);

  fireEvent.change(screen.getByLabelText('The server’s name'), { target: { value: 'SG-1 Mar' } });
  expect(button).toHaveProperty('disabled', true);
  fireEvent.change(screen.getByLabelText('The server’s name'), {
    target: { value: 'SG-1 Marina' },
  });
  fireEvent.click(button);

  await waitFor(() => expect(commits).toEqual([{}]));
});

test('a plan being read is watched until it is ready', async () => {
  plan = planOf({ state: 'parsing' });
  show('/servers/1/import/5');
  await screen.findByText('Reading users.csv');

  plan = planOf({ counts: { ...plan.counts, added: 3 } });

  await screen.findByText('What would change', undefined, { timeout: 3000 });
});

test('whoever may only view is told so, and offered nothing to send', async () => {
  const grant = { serverId: 1, level: 'view', actions: ['users:export'] } as const;
  keepSession(given.session({ role: 'server_admin' }, [{ ...grant, actions: [...grant.actions] }]));
  show('/servers/1/import');

  await screen.findByText('You can view SG-1 Marina but not change it. Ask an Admin.');
  expect(screen.queryByRole('button', { name: 'Choose a file' })).toBeNull();
});

function show(address: string) {
  showPageAt(address, '/servers/:serverId/import/:planId?', () => (
    <>
      <ImportPage />
      <SignInDialog />
    </>
  ));
}

async function choose(name: string, text: string) {
  const input = await screen.findByLabelText('Choose a file', { selector: 'input' });
  const files = [new File([text], name, { type: 'text/csv' })];
  fireEvent.change(input, { target: { files } });
  await screen.findByText(name);
}

function planOf({ mode = 'merge', ...over }: Partial<Plan> & { mode?: 'merge' | 'mirror' }): Plan {
  return {
    id: 5,
    action: 'users:import',
    state: 'ready',
    counts: {
      added: 0,
      changed: 0,
      unchanged: 0,
      removed: 0,
      skipped: 0,
      refused: 0,
      errors: 0,
      warnings: 0,
    },
    subject: { serverId: 1, serverName: 'SG-1 Marina', fileName: 'users.csv', mode },
    failure: null,
    changeId: null,
    jobId: null,
    createdAt: '2026-11-20T17:00:00Z',
    expiresAt: '2026-11-20T18:00:00Z',
    ...over,
  };
}

const server: ServerList['items'][number] = {
  id: 1,
  name: 'SG-1 Marina',
  owner: null,
  serviceType: null,
  ipAddress: '203.0.113.1',
  domainName: null,
  note: null,
  position: 1,
  version: 1,
  createdAt: '2026-11-20T17:00:00Z',
  updatedAt: '2026-11-20T17:00:00Z',
  counts: { all: 5, active: 5, soon: 0, expired: 0, disabled: 0 },
};

const change = {
  id: 9,
  at: '2026-11-20T17:00:00Z',
  accountId: 7,
  accountName: 'may',
  via: 'panel',
  action: 'users:import',
  reason: null,
  entryCount: 3,
  undoesChangeId: null,
  undoneByChangeId: null,
};
