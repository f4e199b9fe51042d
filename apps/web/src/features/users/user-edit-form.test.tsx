import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { i18next } from '#lib/i18n.ts';
import { queryClient } from '#lib/query-client.ts';
import { given } from '#test/given.ts';
import { network, refusal } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { UserEditForm } from './user-edit-form.tsx';

beforeEach(() => {
  queryClient.clear();
  network.use(http.get('/api/services', () => HttpResponse.json({ items: services, total: 1 })));
});

test('two saves of one field are chosen between, and the rest of both is kept', async () => {
  const sent: unknown[] = [];
  const theirs = given.user({ contact: 'theirs', remark: 'by them', version: 2 });
  network.use(
    http.patch('/api/users/1', async ({ request }) => {
      sent.push(await request.json());
      return sent.length === 1
        ? refusal(409, 'stale_version', { details: { current: theirs } })
        : HttpResponse.json({ ...theirs, totalDevices: 4, version: 3 });
    }),
  );
  showPage(<UserEditForm user={given.user({ contact: 'before' })} />);

  type('users.contact', 'mine');
  type('users.devices', '4');
  save();
  fireEvent.click(await screen.findByRole('radio', { name: /theirs$/ }));
  save();

  await waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[0]).toEqual({ version: 1, contact: 'mine', totalDevices: 4 });
  expect(sent[1]).toEqual({ version: 2, totalDevices: 4 });
});

test('a limit that is made unlimited keeps its number for when it is switched back', async () => {
  showPage(<UserEditForm user={given.user({ id: 2, dataLimitGb: 120 })} />);
  const limit = () => screen.getByLabelText(i18next.t('users.dataLimit'));
  const [, unlimited] = screen.getAllByLabelText(i18next.t('users.unlimited'));

  if (unlimited) fireEvent.click(unlimited);

  await waitFor(() => expect(limit()).toHaveProperty('readOnly', true));
  expect(limit()).toHaveProperty('value', '120');
});

test('services that come late leave the user the service it has', async () => {
  showPage(<UserEditForm user={given.user({ id: 5, service: 'Basic' })} />);

  await waitFor(() => expect(screen.getAllByRole('option')).toHaveLength(2));
  await new Promise((resolve) => setTimeout(resolve, 50));

  expect(screen.getByLabelText(i18next.t('users.service'))).toHaveProperty('value', 'Basic');
});

test('a chosen service fills in its devices and its limit', async () => {
  showPage(<UserEditForm user={given.user({ id: 3 })} />);
  await screen.findByRole('option', { name: 'Basic' });

  fireEvent.change(screen.getByLabelText(i18next.t('users.service')), {
    target: { value: 'Basic' },
  });

  await waitFor(() =>
    expect(screen.getByLabelText(i18next.t('users.devices'))).toHaveProperty('value', '3'),
  );
  expect(screen.getByLabelText(i18next.t('users.dataLimit'))).toHaveProperty('value', '250');
});

test('what was typed and not saved is there again when the user is opened again', async () => {
  const user = given.user({ id: 4 });
  const { unmount } = showPage(<UserEditForm user={user} />);
  type('users.remark', 'half a thought');
  await screen.findByText(i18next.t('states.unsaved', { count: 1 }));

  unmount();
  showPage(<UserEditForm user={user} />);

  await waitFor(() =>
    expect(screen.getByLabelText(i18next.t('users.remark'))).toHaveProperty(
      'value',
      'half a thought',
    ),
  );
});

const services = [
  {
    id: 2,
    name: 'Basic',
    aliases: [],
    devices: 3,
    dataLimitGb: 250,
    priceCents: null,
    position: 1,
    version: 1,
  },
];

function type(label: 'users.contact' | 'users.devices' | 'users.remark', value: string): void {
  fireEvent.change(screen.getByLabelText(i18next.t(label)), { target: { value } });
}

const save = () => fireEvent.click(screen.getByRole('button', { name: i18next.t('users.save') }));
