import { type Service, ServiceChange } from '@cmp/shared/services';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import { network, refusal } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { EditServiceDialog } from './service-dialogs.tsx';

test('where another saved first, both are shown, and mine can win', async () => {
  const sent: unknown[] = [];
  const onClose = vi.fn();
  network.use(
    http.patch('/api/services/1', async ({ request }) => {
      const change = ServiceChange.parse(await request.clone().json());
      sent.push(change);
      return change.version === 1
        ? refusal(409, 'stale_version', {
            details: { current: { ...mini, devices: 5, version: 2 } },
          })
        : HttpResponse.json({ ...mini, devices: 3, version: 3 });
    }),
  );
  showPage(<EditServiceDialog service={mini} currency="USD" onClose={onClose} />);
  fireEvent.change(screen.getByLabelText('Devices'), { target: { value: '3' } });

  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('Devices: theirs “5”, yours “3”');
  expect(onClose).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole('button', { name: 'Save mine' }));

  await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
  expect(sent).toMatchObject([
    { version: 1, devices: 3 },
    { version: 2, devices: 3 },
  ]);
});

test('a price that the API refuses is refused at the price', async () => {
  network.use(
    http.patch('/api/services/1', () =>
      refusal(422, 'rule_broken', {
        details: { issues: [{ path: '/priceCents', code: 'custom', message: 'No.' }] },
      }),
    ),
  );
  showPage(<EditServiceDialog service={mini} currency="USD" onClose={vi.fn()} />);
  const price = screen.getByLabelText('Price', { exact: false });
  fireEvent.change(price, { target: { value: '3' } });

  fireEvent.click(screen.getByRole('button', { name: 'Save' }));

  await waitFor(() => expect(price.getAttribute('aria-invalid')).toBe('true'));
});

const mini: Service = {
  id: 1,
  name: 'Mini',
  aliases: [],
  devices: 1,
  dataLimitGb: 50,
  priceCents: null,
  position: 1,
  version: 1,
};
