import { GeneralSettings } from '@cmp/shared/settings/general';
import type { SettingsSection } from '@cmp/shared/settings/sections';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { queryClient } from '#lib/query-client.ts';
import { network, refusal } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { GeneralPage } from './general-page.tsx';

const saved: unknown[] = [];
const section: SettingsSection = {
  section: 'general',
  version: 2,
  values: GeneralSettings.parse({}),
  secrets: {},
  environment: {},
};

beforeEach(() => {
  queryClient.clear();
  saved.length = 0;
  network.use(
    http.get('/api/settings/general', () => HttpResponse.json(section)),
    http.get('/api/site', () => HttpResponse.json({ name: 'Acme', language: 'en' })),
    http.patch('/api/settings/general', async ({ request }) => {
      saved.push(await request.json());
      return HttpResponse.json(section);
    }),
  );
  showPage(<GeneralPage />);
});

test('only what was changed is sent, numbers as numbers', async () => {
  change(await screen.findByLabelText('Site name'), 'Acme');
  change(screen.getByLabelText('Warn before expiry'), '72');

  fireEvent.click(screen.getByRole('button', { name: 'Save' }));

  await waitFor(() =>
    expect(saved).toEqual([{ version: 2, values: { siteName: 'Acme', soonWindowHours: 72 } }]),
  );
});

test('discarding goes back to what is saved', async () => {
  change(await screen.findByLabelText('Site name'), 'Acme');
  expect(screen.getByText('1 unsaved change')).toBeDefined();

  fireEvent.click(screen.getByRole('button', { name: 'Discard' }));

  expect(screen.getByLabelText('Site name')).toHaveProperty('value', 'Portal');
  expect(screen.queryByText('1 unsaved change')).toBeNull();
});

test('a field the API finds fault with says so', async () => {
  const issues = [{ path: 'values.siteName', code: 'too_big', message: '' }];
  network.use(
    http.patch('/api/settings/general', () =>
      refusal(400, 'invalid_request', { details: { issues } }),
    ),
  );
  change(await screen.findByLabelText('Site name'), 'Acme');

  fireEvent.click(screen.getByRole('button', { name: 'Save' }));

  await screen.findByText('This value is not accepted.');
  expect(screen.getByLabelText('Site name').getAttribute('aria-invalid')).toBe('true');
});

function change(field: HTMLElement, value: string) {
  fireEvent.change(field, { target: { value } });
}
