import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { toast } from 'sonner';
import { beforeEach, expect, test, vi } from 'vitest';
import { i18next } from '#lib/i18n.ts';
import { queryClient } from '#lib/query-client.ts';
import { serverList } from '#lib/server-list.ts';
import { sessionQuery } from '#lib/session.ts';
import { siteQuery } from '#lib/site.ts';
import { given } from '#test/given.ts';
import { network, refusal } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { ServersPage } from './servers-page.tsx';

const servers = {
  items: [given.server({ id: 1, name: 'tokyo' }), given.server({ id: 2, name: 'berlin' })],
  total: 2,
};

beforeEach(() => {
  queryClient.clear();
  queryClient.setQueryData(serverList.queryKey, servers);
  queryClient.setQueryData(siteQuery.queryKey, given.site());
  network.use(http.get('/api/servers', () => HttpResponse.json(servers)));
});

test('a refused move shows at once, then undoes itself', async () => {
  queryClient.setQueryData(sessionQuery.queryKey, given.session());
  const toastError = vi.spyOn(toast, 'error');
  network.use(http.put('/api/servers/order', () => refusal(409, 'server_order_stale')));
  showPage(<ServersPage />);

  fireEvent.click(screen.getByRole('button', { name: 'Move tokyo down' }));

  expect(shownNames()).toEqual(['berlin', 'tokyo']);
  await waitFor(() => expect(shownNames()).toEqual(['tokyo', 'berlin']));
  expect(toastError).toHaveBeenCalledExactlyOnceWith(i18next.t('errors.server_order_stale'));
});

test('Alt and an arrow send the new order', async () => {
  queryClient.setQueryData(sessionQuery.queryKey, given.session());
  const sent = vi.fn();
  network.use(
    http.put('/api/servers/order', async ({ request }) => {
      sent(await request.json());
      return HttpResponse.json(servers);
    }),
  );
  showPage(<ServersPage />);

  fireEvent.keyDown(screen.getByRole('link', { name: 'berlin' }), { key: 'ArrowUp', altKey: true });

  await waitFor(() => expect(sent).toHaveBeenCalledExactlyOnceWith({ serverIds: [2, 1] }));
});

test('a server admin sees the servers and no way to alter their order or number', () => {
  queryClient.setQueryData(sessionQuery.queryKey, given.session({ role: 'server_admin' }));
  showPage(<ServersPage />);

  expect(shownNames()).toEqual(['tokyo', 'berlin']);
  const names = screen.getAllByRole('button').map(({ ariaLabel }) => ariaLabel);
  expect(names).toEqual(['Copy 192.0.2.1', 'Copy 192.0.2.1']);
});

function shownNames(): (string | undefined)[] {
  return screen.getAllByRole('listitem').map((item) => /tokyo|berlin/.exec(item.textContent)?.[0]);
}
