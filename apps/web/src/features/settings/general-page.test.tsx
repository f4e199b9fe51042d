import { GeneralSettings } from '@cmp/shared/settings/general';
import type { SettingsSection } from '@cmp/shared/settings/sections';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';
import { queryClient } from '#lib/query-client.ts';
import { given } from '#test/given.ts';
import { network, refusal } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { GeneralPage } from './general-page.tsx';

const saved: unknown[] = [];
let site = given.site();
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
  site = given.site();
  network.use(
    http.get('/api/settings/general', () => HttpResponse.json(section)),
    http.get('/api/site', () => HttpResponse.json(site)),
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

test('an empty limit is no limit, and a theme and a currency are chosen', async () => {
  change(await screen.findByLabelText('End idle sessions'), '30');
  change(screen.getByLabelText('Theme'), 'dark');
  change(screen.getByLabelText('Currency'), 'MMK');
  change(screen.getByLabelText('End idle sessions'), '');

  fireEvent.click(screen.getByRole('button', { name: 'Save' }));

  await waitFor(() => expect(saved).toHaveLength(1));
  expect(saved).toMatchObject([{ values: { theme: 'dark', currency: 'MMK' } }]);
  expect(saved).not.toMatchObject([{ values: { idleLimitMinutes: 30 } }]);
});

describe('a logo', () => {
  test('is sent as it was chosen, shown, and can then be removed', async () => {
    const sent: string[] = [];
    network.use(
      http.put('/api/settings/general/logo', async ({ request }) => {
        const file = (await request.formData()).get('file');
        sent.push(`${new URL(request.url).search} ${file instanceof File && file.name}`);
        site = { ...site, logoDark: '/api/site/logo?theme=dark&v=1' };
        return HttpResponse.json(site);
      }),
      http.delete('/api/settings/general/logo', () => {
        site = given.site();
        return new HttpResponse(null, { status: 204 });
      }),
    );
    await screen.findByRole('button', { name: 'Choose picture: Logo on dark pages' });

    choose('Logo on dark pages', new File(['x'], 'night.png', { type: 'image/png' }));

    fireEvent.click(await screen.findByRole('button', { name: 'Remove: Logo on dark pages' }));
    await screen.findByRole('button', { name: 'Choose picture: Logo on dark pages' });
    expect(sent).toEqual(['?theme=dark night.png']);
  });

  test('that is refused says why', async () => {
    network.use(
      http.put('/api/settings/general/logo', () =>
        refusal(415, 'file_type_refused', { details: { reason: 'svg' } }),
      ),
    );
    await screen.findByRole('button', { name: 'Choose picture: Logo on light pages' });

    choose('Logo on light pages', new File(['<svg/>'], 'logo.png'));

    await screen.findByText(/This is an SVG drawing/);
  });

  test('that is too large is not sent', async () => {
    await screen.findByRole('button', { name: 'Choose picture: Icon' });

    choose('Icon', new File([new Uint8Array(5_000_001)], 'icon.png'));

    await screen.findByText(/larger than 5 MB/);
  });
});

function choose(label: string, file: File) {
  const input = document.querySelector(`input[type=file][aria-label="${label}"]`);
  if (!input) throw new Error(`No input is called ${label}.`);
  fireEvent.change(input, { target: { files: [file] } });
}

function change(field: HTMLElement, value: string) {
  fireEvent.change(field, { target: { value } });
}
