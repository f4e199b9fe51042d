import type { Host, HostUnit } from '@cmp/shared/host';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { Toaster } from 'sonner';
import { beforeEach, describe, expect, test } from 'vitest';
import { Panel } from '#components/panel.tsx';
import { queryClient } from '#lib/query-client.ts';
import { sessionQuery } from '#lib/session.ts';
import { given } from '#test/given.ts';
import { network, refusal } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { HostSection } from './host-section.tsx';

const worker: HostUnit = {
  ...{ name: 'cmp-worker', state: 'active', result: 'success' },
  since: '2026-11-21T08:00:00.000Z',
};
const later = '2026-11-21T09:30:00.000Z';
const renewal: HostUnit = {
  ...{ name: 'cmp-certificate-renew', state: 'inactive', result: 'success' },
  since: null,
};
let host: Host;
const sent: string[] = [];

beforeEach(() => {
  queryClient.clear();
  queryClient.setQueryData(sessionQuery.queryKey, given.session());
  sent.length = 0;
  host = { units: [worker] };
  network.use(
    http.get('/api/site', () => HttpResponse.json(given.site())),
    http.get('/api/system/host', () => HttpResponse.json(host)),
    http.post('/api/system/host/:act', async ({ request, params }) => {
      sent.push(`${params.act} ${await request.text()}`);
      return HttpResponse.json({ act: params.act }, { status: 202 });
    }),
  );
});

async function show(...units: HostUnit[]) {
  host = { units };
  showPage(
    <Panel skeleton={null}>
      <HostSection />
      <Toaster />
    </Panel>,
  );
  return within(await screen.findByRole('list', { name: 'What runs on this machine' }));
}

async function restart(password = 'tide-42') {
  fireEvent.click(screen.getByRole('button', { name: 'Worker: Restart…' }));
  fireEvent.change(await screen.findByLabelText('Your password'), { target: { value: password } });
  fireEvent.click(screen.getByRole('button', { name: 'Restart' }));
}

describe('what runs on the machine', () => {
  test('is not there where nothing can be asked of it', async () => {
    host = { units: [] };
    const { container } = showPage(<HostSection />);

    await waitFor(() => expect(queryClient.getQueryData(['host'])).toEqual({ units: [] }));
    expect(container.textContent).toBe('');
  });

  test('cannot be seen, and says so, where the helper does not answer', async () => {
    network.use(http.get('/api/system/host', () => refusal(409, 'host_refused')));
    showPage(<HostSection />);

    expect(await screen.findByText(/The machine did not do it/)).toBeDefined();
  });

  test('shows how each unit fares, and where a failure is explained', async () => {
    const list = await show(
      { ...worker, state: 'failed', result: 'watchdog' },
      { ...worker, name: 'cmp-telegram-bot', state: 'inactive' },
      renewal,
    );

    const [first, second, third] = list.getAllByRole('listitem').map((row) => within(row));
    expect(first?.getByText('Failed')).toBeDefined();
    expect(first?.getByText(/ended by “watchdog”/)).toBeDefined();
    expect(first?.getByText('journalctl -u cmp-worker')).toBeDefined();
    expect(second?.getByText('Stopped')).toBeDefined();
    expect(third?.getByText('Not run yet')).toBeDefined();
    expect(third?.getByRole('button', { name: 'Certificate renewal: Renew now…' })).toBeDefined();
  });

  test('is restarted for the password, watched, and its end is told', async () => {
    const list = await show(worker);
    await restart();

    await list.findByText('Restarting…');
    expect(sent).toEqual(['restart-worker {"password":"tide-42"}']);
    expect(screen.queryByLabelText('Your password')).toBeNull();
    host = { units: [{ ...worker, state: 'deactivating', since: later }] };
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(list.getByText('Restarting…')).toBeDefined();
    host = { units: [{ ...worker, since: later }] };

    expect(
      await screen.findByText('The worker was restarted.', {}, { timeout: 4_000 }),
    ).toBeDefined();
    expect(await list.findByText('Running')).toBeDefined();
  }, 15_000);

  test('is told of where it did not come up again', async () => {
    const list = await show(worker);
    await restart();
    await list.findByText('Restarting…');
    host = { units: [{ ...worker, state: 'failed', result: 'exit-code', since: later }] };

    expect(
      await screen.findByText('The worker did not come up again.', {}, { timeout: 4_000 }),
    ).toBeDefined();
    expect(await list.findByText('Failed')).toBeDefined();
  }, 15_000);

  test('is not restarted where the machine says why not', async () => {
    const details = { said: 'cmp-worker is switched off on this machine' };
    network.use(
      http.post('/api/system/host/:act', () => refusal(409, 'host_refused', { details })),
    );
    const list = await show({ ...worker, state: 'inactive' });
    await restart();

    expect(
      await screen.findByText(
        'The machine did not do it: cmp-worker is switched off on this machine.',
      ),
    ).toBeDefined();
    expect(list.queryByText('Restarting…')).toBeNull();
  });

  test('is not restarted for a wrong password, which is said beside the field', async () => {
    network.use(http.post('/api/system/host/:act', () => refusal(403, 'password_wrong')));
    const list = await show(worker);
    await restart('wrong');

    expect(await screen.findByText(/not your password/)).toBeDefined();
    expect(list.queryByText('Restarting…')).toBeNull();
  });
});
