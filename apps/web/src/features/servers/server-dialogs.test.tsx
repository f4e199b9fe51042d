import { ServerChange } from '@cmp/shared/servers';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { queryClient } from '#lib/query-client.ts';
import { given } from '#test/given.ts';
import { network, refusal } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { EditServerDialog } from './server-dialogs.tsx';

const { counts: _, ...tokyo } = given.server({ name: 'tokyo', note: 'mine', version: 1 });
const theirs = { ...tokyo, note: 'theirs', version: 2 };
const sent: unknown[] = [];
const onClose = vi.fn();

beforeEach(() => {
  queryClient.clear();
  sent.length = 0;
  onClose.mockClear();
  network.use(
    http.patch('/api/servers/1', async ({ request }) => {
      const change = ServerChange.parse(await request.clone().json());
      sent.push(change);
      return change.version === 1
        ? refusal(409, 'stale_version', { details: { current: theirs } })
        : HttpResponse.json(theirs);
    }),
  );
});

test('where another saved first, both are shown, and mine can win', async () => {
  await saveStale();

  fireEvent.click(screen.getByRole('button', { name: 'Save mine' }));

  await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
  expect(sent).toMatchObject([
    { version: 1, note: 'altered' },
    { version: 2, note: 'altered' },
  ]);
});

test('where another saved first, theirs can be taken', async () => {
  await saveStale();

  fireEvent.click(screen.getByRole('button', { name: 'Take theirs' }));

  await waitFor(() => expect(screen.getByLabelText('Note')).toHaveProperty('value', 'theirs'));
  expect(sent).toHaveLength(1);
});

test('what is refused of the whole is told above the fields', async () => {
  network.use(http.patch('/api/servers/1', () => refusal(403, 'forbidden')));
  showPage(<EditServerDialog server={tokyo} onClose={onClose} />);

  fireEvent.click(screen.getByRole('button', { name: 'Save' }));

  expect((await screen.findByRole('alert')).textContent).not.toBe('');
  expect(onClose).not.toHaveBeenCalled();
});

async function saveStale(): Promise<void> {
  showPage(<EditServerDialog server={tokyo} onClose={onClose} />);
  fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'altered' } });
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('Someone else changed this meanwhile');
  await screen.findByText(/theirs.*altered/);
}
