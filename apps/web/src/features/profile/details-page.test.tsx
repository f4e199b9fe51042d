import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { queryClient } from '#lib/query-client.ts';
import { keepSession } from '#lib/session.ts';
import { given } from '#test/given.ts';
import { network, refusal } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { DetailsPage } from './details-page.tsx';

const saved: unknown[] = [];

beforeEach(() => {
  queryClient.clear();
  saved.length = 0;
  const theirs = given.session({ displayName: 'May Theirs', version: 4 });
  network.use(
    http.get('/api/auth/session', () => HttpResponse.json(theirs)),
    http.patch('/api/auth/profile', async ({ request }) => {
      const change = await request.json();
      if (JSON.stringify(change).includes('"version":3')) return refusal(409, 'stale_version');
      saved.push(change);
      return HttpResponse.json(given.session({ displayName: 'May Mine', version: 5 }));
    }),
  );
  keepSession(given.session());
  showPage(<DetailsPage />);
  fireEvent.change(nameField(), { target: { value: 'May Mine' } });
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
});

test('a row that someone else changed shows both versions and keeps the draft', async () => {
  await screen.findByText('Name: theirs “May Theirs”, yours “May Mine”');

  expect(nameField()).toHaveProperty('value', 'May Mine');
  expect(saved).toEqual([]);
});

test('saving mine writes over the version that was shown', async () => {
  await screen.findByText(/theirs “May Theirs”/);

  fireEvent.click(screen.getByRole('button', { name: 'Save mine' }));

  await waitFor(() => expect(saved).toEqual([{ version: 4, displayName: 'May Mine' }]));
});

test('taking theirs leaves nothing to save', async () => {
  await screen.findByText(/theirs “May Theirs”/);

  fireEvent.click(screen.getByRole('button', { name: 'Take theirs' }));

  await waitFor(() => expect(nameField()).toHaveProperty('value', 'May Theirs'));
  expect(screen.getByRole('button', { name: 'Save' })).toHaveProperty('disabled', true);
});

const nameField = () => screen.getByLabelText('Name', { selector: 'input' });
