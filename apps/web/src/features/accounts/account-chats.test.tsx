import type { LinkedChat } from '@cmp/shared/bot';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { given } from '#test/given.ts';
import { network } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { AccountChats } from './account-chats.tsx';

test('shows what acts for an account, and ends it once that was confirmed', async () => {
  let items = [phone];
  const ended: unknown[] = [];
  network.use(
    http.get('/api/site', () => HttpResponse.json(given.site())),
    http.get('/api/accounts/7/chats', () => HttpResponse.json({ items, total: items.length })),
    http.delete('/api/chats/:id', ({ params }) => {
      ended.push(params.id);
      items = [];
      return new HttpResponse(null, { status: 204 });
    }),
  );
  showPage(<AccountChats accountId={7} />);

  fireEvent.click(await screen.findByRole('button', { name: 'Unlink May on her phone' }));
  expect(ended).toEqual([]);
  fireEvent.click(await screen.findByRole('button', { name: 'Unlink' }));

  await waitFor(() => expect(ended).toEqual(['3']));
  expect(await screen.findByText('No chat is linked yet.')).toBeDefined();
});

const phone: LinkedChat = {
  id: 3,
  name: 'May on her phone',
  signInAlerts: true,
  isBlocked: false,
  createdAt: '2026-03-04T05:06:07Z',
};
