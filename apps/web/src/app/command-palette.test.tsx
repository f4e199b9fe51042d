import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { queryClient } from '#lib/query-client.ts';
import { keepSession } from '#lib/session.ts';
import { given } from '#test/given.ts';
import { network } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import CommandPalette from './command-palette.tsx';
import { keepRecent, recentsOf } from './palette-recents.ts';

const asked: string[] = [];
const aborted: string[] = [];
const close = vi.fn();

beforeEach(() => {
  queryClient.clear();
  sessionStorage.clear();
  asked.length = 0;
  aborted.length = 0;
  close.mockClear();
  Element.prototype.scrollIntoView = () => {};
  network.use(
    http.get('/api/servers', () => HttpResponse.json({ items: [], total: 0 })),
    http.get('/api/accounts', () => HttpResponse.json({ items: [], total: 0 })),
    http.get('/api/users', async ({ request }) => {
      const q = new URL(request.url).searchParams.get('q') ?? '';
      asked.push(q);
      request.signal.addEventListener('abort', () => aborted.push(q));
      if (q === 'slow') await new Promise((resolve) => setTimeout(resolve, 1500));
      return HttpResponse.json({ items: q === 'ma' ? [user] : [], total: 1, counts });
    }),
  );
  keepSession(given.session());
});

test('typing asks once it rests, and finds users by the API’s judgement', async () => {
  show();

  type('m');
  type('ma');

  await screen.findByRole('option', { name: /thura22/ });
  expect(asked).toEqual(['ma']);
});

test('a search that is no longer wanted is given up', async () => {
  show();
  type('slow');
  await waitFor(() => expect(asked).toEqual(['slow']));

  type('ma');

  await screen.findByRole('option', { name: /thura22/ });
  expect(aborted).toEqual(['slow']);
});

test('Enter opens the chosen user in its server’s list, and remembers it for this account alone', async () => {
  show();
  type('ma');
  await screen.findByRole('option', { name: /thura22/ });

  fireEvent.keyDown(field(), { key: 'Enter' });

  await screen.findByText('the drawer');
  expect(close).toHaveBeenCalledOnce();
  expect(recentsOf(7)).toEqual([
    { to: '/servers/3?row=12', text: 'thura22', detail: 'TH-1 Bangkok' },
  ]);
  expect(recentsOf(8)).toEqual([]);
});

test('arrows move the choice and come round', () => {
  keepRecent(7, { to: '/servers/1', text: 'SG-1 Marina' });
  show();
  const [first] = screen.getAllByRole('option');
  expect(first?.getAttribute('aria-selected')).toBe('true');

  fireEvent.keyDown(field(), { key: 'ArrowUp' });

  expect(screen.getAllByRole('option').at(-1)?.getAttribute('aria-selected')).toBe('true');
  fireEvent.keyDown(field(), { key: 'ArrowDown' });
  expect(screen.getByRole('option', { name: 'SG-1 Marina' }).getAttribute('aria-selected')).toBe(
    'true',
  );
});

test('a viewer is offered no page that would refuse them', () => {
  keepSession(given.session({ role: 'viewer' }));
  show();

  const places = screen.getAllByRole('option').map(({ textContent }) => textContent);
  expect(places).toContain('Servers');
  expect(places).not.toContain('Audit log');
  expect(places).not.toContain('Accounts');
});

function show() {
  showPage(<CommandPalette onClose={close} onShortcuts={() => {}} />, [
    { path: '/servers/:serverId', element: 'the drawer' },
  ]);
}

const field = () => screen.getByRole('combobox');

function type(value: string) {
  fireEvent.change(field(), { target: { value } });
}

const counts = { all: 1, active: 1, soon: 0, expired: 0, disabled: 0 };
const user = {
  id: 12,
  serverId: 3,
  serverName: 'TH-1 Bangkok',
  accountName: 'thura22',
  service: null,
  contact: null,
  expiresOn: null,
  totalDevices: null,
  dataLimitGb: null,
  remark: 'found in the remark: mango',
  enabled: true,
  status: 'active',
  version: 1,
  createdAt: '2026-11-20T17:00:00Z',
  updatedAt: '2026-11-20T17:00:00Z',
};
