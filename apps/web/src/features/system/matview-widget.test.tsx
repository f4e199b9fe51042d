import type { Matview } from '@cmp/shared/matviews';
import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';
import { Panel } from '#components/panel.tsx';
import { queryClient } from '#lib/query-client.ts';
import { given } from '#test/given.ts';
import { network } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { MatviewWidget } from './matview-widget.tsx';

const at = (second: number) => new Date(Date.now() - 60_000 + second * 1000).toISOString();
const made: Matview = {
  name: 'user_status_matview',
  ...{ exists: true, uniqueIndex: true, concurrentSupported: true },
  ...{ refreshing: false, pending: false, waiting: 0, everySeconds: 1800 },
  ...{ lastSuccess: at(0), rows: null, lastMs: null, refreshes: [] },
};

beforeEach(() => {
  queryClient.clear();
  network.use(http.get('/api/site', () => HttpResponse.json(given.site())));
});

async function show(fields: Partial<Matview>) {
  network.use(
    http.get('/api/admin/matviews', () =>
      HttpResponse.json({ ok: true, matviews: [{ ...made, ...fields }] }),
    ),
  );
  showPage(
    <Panel skeleton={null}>
      <MatviewWidget />
    </Panel>,
  );
  await screen.findByRole('button', { name: 'Refresh now' });
}

describe('the widget of the status view', () => {
  test('shows what the last refresh brought, and the ones before as bars', async () => {
    const refreshes = [100, 400, 25.4].map((ms, index) => ({ at: at(index), ms, rows: 612 }));

    await show({ refreshes, rows: 1612, lastMs: 25.4 });

    expect(screen.getByText('rows 1,612 · 25 ms')).toBeDefined();
    expect(screen.getByText('last 3 refreshes')).toBeDefined();
    const graph = screen.getByRole('img', {
      name: 'The last 3 refreshes took 25 to 400 ms, the newest 25 ms.',
    });
    const bars = [...graph.querySelectorAll<HTMLElement>('[data-bar]')];
    expect(bars).toHaveLength(20);
    expect(bars.slice(-3).map(({ style }) => Math.round(Number.parseFloat(style.height)))).toEqual([
      50, 100, 25,
    ]);
    expect(graph.lastElementChild?.getAttribute('title')).toMatch(/^rows 612 · 25 ms\n/);
    expect(screen.getByText('Schedule: every 30 min')).toBeDefined();
    expect(screen.getByRole('status').textContent).toBe('');
  });

  test('says how many requests the next refresh serves', async () => {
    await show({ refreshing: true, pending: true, waiting: 3 });

    expect(screen.getByRole('status').textContent).toBe(
      'Refreshing… Queued: 1 (3 requests merged)',
    );
  });

  test('says of one request only that it is queued', async () => {
    await show({ pending: true, waiting: 1 });

    expect(screen.getByRole('status').textContent).toBe('Queued: 1');
  });

  test('shows nothing of refreshes that never were, nor of a schedule that nobody keeps', async () => {
    await show({ everySeconds: null });

    expect(screen.queryByRole('img')).toBeNull();
    expect(screen.getByText('No refresh yet since it was made.')).toBeDefined();
    expect(screen.getByText('Schedule: none, only when asked')).toBeDefined();
  });
});
