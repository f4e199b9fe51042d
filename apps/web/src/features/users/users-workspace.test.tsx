import type { Plan } from '@cmp/shared/changes';
import type { Role } from '@cmp/shared/permissions';
import type { User } from '@cmp/shared/users';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { delay, HttpResponse, http } from 'msw';
import { Toaster, toast } from 'sonner';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { i18next } from '#lib/i18n.ts';
import { queryClient } from '#lib/query-client.ts';
import { sessionQuery } from '#lib/session.ts';
import { siteQuery } from '#lib/site.ts';
import { useUndoKey } from '#lib/undo.ts';
import { given } from '#test/given.ts';
import { network, refusal } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { UsersWorkspace } from './users-workspace.tsx';

beforeEach(() => {
  queryClient.clear();
  toast.dismiss();
});

describe('a row', () => {
  test('is turned off at once, and back on where that is refused', async () => {
    await showUsers({ users: [given.user()] });
    const toastError = vi.spyOn(toast, 'error');
    network.use(
      // The list itself cannot set it right.
      http.get('/api/servers/1/users', () => delay('infinite')),
      http.patch('/api/users/1', async () => {
        await delay(50);
        return refusal(403, 'forbidden');
      }),
    );

    fireEvent.click(switchOf('ko.htet'));

    await waitFor(() => expect(switchOf('ko.htet').ariaChecked).toBe('false'));
    expect(screen.getByText(i18next.t('term.paused'))).toBeDefined();
    await waitFor(() => expect(switchOf('ko.htet').ariaChecked).toBe('true'));
    expect(toastError).toHaveBeenCalledExactlyOnceWith(i18next.t('errors.forbidden'));
  });

  test('has no write control for a viewer', async () => {
    await showUsers({ users: [given.user()], role: 'viewer' });

    expect(screen.queryByRole('switch')).toBeNull();
    expect(screen.queryByRole('checkbox')).toBeNull();
    expect(screen.queryByRole('button', { name: i18next.t('users.extendShort') })).toBeNull();
    expect(screen.queryByRole('button', { name: i18next.t('users.add') })).toBeNull();
  });

  test('is extended by a press, and as it was by an undo, but for what was altered since', async () => {
    await showUsers({ users: [given.user({ expiresOn: '2026-12-31' })] });
    const committed = vi.fn();
    network.use(
      http.post('/api/users/1/extend', async ({ request }) => {
        expect(await request.json()).toEqual({ months: 1 });
        const answer = given.user({ expiresOn: '2027-01-31', version: 2 });
        return HttpResponse.json(answer, { headers: { 'x-change-id': '77' } });
      }),
      http.post('/api/changes/77/undo', () => HttpResponse.json(plan({ changed: 1, refused: 2 }))),
      http.post('/api/plans/5/commit', () => {
        committed();
        return HttpResponse.json({
          plan: plan({ changed: 1, refused: 2 }),
          changeId: 78,
          jobId: null,
        });
      }),
    );

    fireEvent.click(screen.getByRole('button', { name: i18next.t('users.extendShort') }));
    await screen.findByText('Extended ko.htet to 31 Jan 2027.');
    fireEvent.keyDown(document, { key: 'z', ctrlKey: true });

    await screen.findByText(i18next.t('undo.some', { count: 2 }));
    expect(committed).toHaveBeenCalledOnce();
  });
});

test('a search that finds nobody says so, and offers to lift it', async () => {
  await showUsers({ users: [], at: '/?q=kyaw' });

  await screen.findByText(i18next.t('users.emptySearch', { q: 'kyaw' }));
  fireEvent.click(
    screen.getByRole('button', { name: i18next.t('users.clearFilters', { count: 1 }) }),
  );

  await screen.findByText(i18next.t('users.emptyFirst'));
});

interface Shown {
  users: User[];
  role?: Role;
  at?: string;
}

async function showUsers({ users, role = 'admin', at = '/' }: Shown): Promise<void> {
  queryClient.setQueryData(sessionQuery.queryKey, given.session({ role }));
  queryClient.setQueryData(siteQuery.queryKey, given.site());
  network.use(
    http.get('/api/servers', () => HttpResponse.json({ items: [given.server()], total: 1 })),
    http.get('/api/services', () => HttpResponse.json({ items: [], total: 0 })),
    http.get('/api/servers/1/users', () => HttpResponse.json(given.userList(...users))),
  );
  showPage(
    <>
      <UsersWorkspace serverId={1} />
      <Toaster />
      <UndoKey />
    </>,
    [],
    at,
  );
  if (users[0]) await screen.findByText(users[0].accountName);
}

/** The panel's layout has it. */
function UndoKey() {
  useUndoKey();
  return null;
}

function switchOf(name: string): HTMLElement {
  return within(screen.getByRole('grid')).getByRole('switch', {
    name: i18next.t('users.switch', { name }),
  });
}

function plan(counts: Partial<Plan['counts']>): Plan {
  return {
    id: 5,
    action: 'changes:undo',
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
      ...counts,
    },
    subject: {},
    failure: null,
    changeId: null,
    jobId: null,
    createdAt: '2026-11-21T00:00:00Z',
    expiresAt: '2026-11-21T01:00:00Z',
  };
}
