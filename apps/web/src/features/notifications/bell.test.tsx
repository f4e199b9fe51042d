import type { Notification } from '@cmp/shared/notifications';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { queryClient } from '#lib/query-client.ts';
import { keepSession } from '#lib/session.ts';
import { given } from '#test/given.ts';
import { network } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import Bell from './bell.tsx';

let items: Notification[];
let unread: number;
let asked: number;
const read: unknown[] = [];

beforeEach(() => {
  queryClient.clear();
  items = [];
  unread = 0;
  asked = 0;
  read.length = 0;
  network.use(
    http.get('/api/site', () => HttpResponse.json(given.site())),
    http.get('/api/notifications', () => {
      asked += 1;
      return HttpResponse.json({ items, total: items.length, unread });
    }),
    http.post('/api/notifications/read', async ({ request }) => {
      read.push(await request.json());
      unread = 0;
      return HttpResponse.json({ unread });
    }),
  );
  keepSession(given.session());
});

afterEach(() => {
  vi.useRealTimers();
});

const bell = () => screen.getByRole('button', { name: /^Notifications/ });

describe('the bell', () => {
  test('counts what is unread, and opening it reads that up to the newest', async () => {
    items = [given.news({ id: 9 }), given.news({ id: 8 })];
    unread = 2;
    showPage(<Bell />);
    await screen.findByRole('button', { name: 'Notifications: 2 unread' });

    fireEvent.click(bell());

    await waitFor(() => expect(read).toEqual([{ upTo: 9 }]));
    await waitFor(() => expect(bell().getAttribute('aria-label')).toBe('Notifications'));
  });

  test('reads nothing by itself that is not in sight', async () => {
    items = [given.news({ id: 9 })];
    unread = 40;
    showPage(<Bell />);
    await screen.findByRole('button', { name: 'Notifications: 40 unread' });

    fireEvent.click(bell());
    await screen.findByText('40 unread in all.');
    await waitFor(() => expect(asked).toBe(2));
    expect(read).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Mark all as read' }));

    await waitFor(() => expect(read).toEqual([{ upTo: 9 }]));
  });

  test('↓ goes to the next, and Esc gives the focus back', async () => {
    items = [given.news({ id: 9, readAt: now }), given.news({ id: 8, readAt: now })];
    showPage(<Bell />);
    fireEvent.click(bell());
    await waitFor(() => expect(screen.getAllByRole('listitem')).toHaveLength(2));
    const [first, second] = screen.getAllByRole('link', { name: /lin extended/ });
    act(() => first?.focus());

    fireEvent.keyDown(first ?? document.body, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(second);
    fireEvent.keyDown(second ?? document.body, { key: 'Escape' });

    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(bell()));
  });

  test('asks again while somebody is there, and no longer once nobody is', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    showPage(<Bell />);
    await vi.waitFor(() => expect(asked).toBe(1));

    await act(() => vi.advanceTimersByTimeAsync(61_000));
    expect(asked).toBe(3);
    await act(() => vi.advanceTimersByTimeAsync(130_000));
    const whileThere = asked;
    await act(() => vi.advanceTimersByTimeAsync(600_000));
    expect(asked).toBe(whileThere);

    fireEvent.keyDown(document.body, { key: 'a' });
    await act(() => vi.advanceTimersByTimeAsync(31_000));
    expect(asked).toBe(whileThere + 1);
  });
});

const now = '2026-11-20T17:00:00Z';
