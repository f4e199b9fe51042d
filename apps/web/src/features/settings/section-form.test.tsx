import { MailSettings } from '@cmp/shared/settings/mail';
import { RemoteServerSettings } from '@cmp/shared/settings/remote-server';
import type { SettingsSection } from '@cmp/shared/settings/sections';
import type { TargetFailure } from '@cmp/shared/settings/tests';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';
import { queryClient } from '#lib/query-client.ts';
import { given } from '#test/given.ts';
import { network, refusal } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { MailPage } from './mail-page.tsx';
import { RemoteServerPage } from './remote-server-page.tsx';
import { StoragePage } from './storage-page.tsx';

const sent: unknown[] = [];
let section: SettingsSection;

beforeEach(() => {
  queryClient.clear();
  sent.length = 0;
  section = {
    section: 'mail',
    version: 3,
    values: MailSettings.parse({ host: 'mail.example.net', user: 'portal' }),
    secrets: { password: { set: true, lastFour: '1234' } },
    environment: {},
  };
  network.use(
    http.get('/api/site', () => HttpResponse.json(given.site())),
    http.get('/api/settings/:section', () => HttpResponse.json(section)),
    http.patch('/api/settings/:section', async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ ...section, version: section.version + 1 });
    }),
  );
});

describe('saving', () => {
  test('asks for the password where a target is altered, until it is right', async () => {
    network.use(
      http.patch('/api/settings/mail', async ({ request }) => {
        const change = await request.json();
        sent.push(change);
        return JSON.stringify(change).includes('tide-42')
          ? HttpResponse.json({ ...section, version: 4 })
          : refusal(403, 'password_wrong');
      }),
    );
    showPage(<MailPage />);
    type(await screen.findByLabelText('Host'), 'mx.example.net');

    press('Save');
    type(await screen.findByLabelText('Your password'), 'wrong');
    pressLast('Save');
    await screen.findByText(/not your password/);
    type(screen.getByLabelText('Your password'), 'tide-42');
    pressLast('Save');

    await waitFor(() => expect(screen.queryByLabelText('Your password')).toBeNull());
    expect(sent).toEqual([
      { version: 3, values: { host: 'mx.example.net' }, password: 'wrong' },
      { version: 3, values: { host: 'mx.example.net' }, password: 'tide-42' },
    ]);
  });

  test('asks for none where nothing leads elsewhere', async () => {
    showPage(<MailPage />);
    fireEvent.click(await screen.findByLabelText('Send mail'));

    press('Save');

    await waitFor(() => expect(sent).toEqual([{ version: 3, values: { enabled: true } }]));
    expect(screen.queryByLabelText('Your password')).toBeNull();
  });

  test('by Ctrl+S sends the same, and nothing while nothing is changed', async () => {
    showPage(<MailPage />);
    const box = await screen.findByLabelText('Send mail');

    fireEvent.keyDown(document, { key: 's', ctrlKey: true });
    fireEvent.click(box);
    await screen.findByText('1 unsaved change');
    fireEvent.keyDown(document, { key: 's', ctrlKey: true });

    await waitFor(() => expect(sent).toEqual([{ version: 3, values: { enabled: true } }]));
  });

  test('shows what someone else changed meanwhile, and saves over it only when told', async () => {
    showPage(<MailPage />);
    fireEvent.click(await screen.findByLabelText('Send mail'));
    network.use(
      http.patch('/api/settings/mail', () => refusal(409, 'stale_version'), { once: true }),
    );
    section = { ...section, version: 8 };

    press('Save');
    await screen.findByText('Someone else changed this meanwhile');
    press('Save mine');

    await waitFor(() => expect(sent).toEqual([{ version: 8, values: { enabled: true } }]));
  });

  test('says which format a field accepts, without asking the API', async () => {
    section = { ...section, section: 'storage', values: { encryption: 'recipients' }, secrets: {} };
    showPage(<StoragePage />);
    type(await screen.findByRole('textbox', { name: 'Recipients' }), 'age1abc\n');

    press('Save');

    await screen.findByText(/one age recipient \(age1…\) on each line, none twice/);
    expect(sent).toEqual([]);
  });
});

describe('a secret', () => {
  test('is told by its end, and replaced by what is typed', async () => {
    showPage(<MailPage />);
    await screen.findByText('Set, ends in 1234');

    press('Replace: Password');
    type(screen.getByLabelText('Password'), 'new-secret');
    press('Save');
    type(await screen.findByLabelText('Your password'), 'tide-42');
    pressLast('Save');

    await waitFor(() =>
      expect(sent).toEqual([
        { version: 3, values: { password: 'new-secret' }, password: 'tide-42' },
      ]),
    );
  });

  test('that is cleared is unsaved until it is saved, and can be kept', async () => {
    showPage(<MailPage />);
    await screen.findByText('Set, ends in 1234');

    press('Clear: Password');
    expect(screen.getByText('1 unsaved change')).toBeDefined();
    press('Keep the saved one');

    expect(screen.queryByText('1 unsaved change')).toBeNull();
    expect(screen.getByText('Set, ends in 1234')).toBeDefined();
  });

  test('is shown for the password, and hidden again', async () => {
    network.use(
      http.post('/api/settings/mail/reveal', async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json({ name: 'password', secret: 'the-old-secret' });
      }),
    );
    showPage(<MailPage />);
    await screen.findByText('Set, ends in 1234');

    press('Reveal: Password');
    type(await screen.findByLabelText('Your password'), 'tide-42');
    pressLast('Reveal');
    await screen.findByText('the-old-secret');
    pressLast('Hide');

    await waitFor(() => expect(screen.queryByText('the-old-secret')).toBeNull());
    expect(sent).toEqual([{ name: 'password', password: 'tide-42' }]);
  });
});

test('what the environment sets is locked, says by which variable, and is not sent', async () => {
  section = { ...section, environment: { host: 'SMTP_HOST', password: 'SMTP_PASSWORD' } };
  showPage(<MailPage />);

  const host = await screen.findByLabelText('Host');

  expect(host).toHaveProperty('disabled', true);
  expect(screen.getByText(/Set by SMTP_HOST/)).toBeDefined();
  expect(screen.queryByRole('button', { name: 'Replace: Password' })).toBeNull();
  expect(screen.getByText(/Set by SMTP_PASSWORD/)).toBeDefined();

  fireEvent.click(screen.getByLabelText('Send mail'));
  press('Save');
  await waitFor(() => expect(sent).toEqual([{ version: 3, values: { enabled: true } }]));
});

test('a switch that the environment sets shows what holds, and is locked', async () => {
  const values = { ...section.values, enabled: true };
  section = { ...section, values, environment: { enabled: 'SMTP_HOST' } };
  showPage(<MailPage />);

  const tick = await screen.findByLabelText('Send mail');

  expect(tick).toMatchObject({ checked: true, disabled: true });
  expect(screen.getByText(/Set by SMTP_HOST/)).toBeDefined();
});

describe('a test', () => {
  const failure: TargetFailure = {
    reason: 'sign_in_refused',
    tookMs: 1234,
    said: '535 no such user',
    address: '198.51.100.7',
    hostKey: null,
  };

  test('tells the time it took and what it found', async () => {
    network.use(
      http.post('/api/settings/mail/test', () =>
        HttpResponse.json({
          section: 'mail',
          ok: true,
          tookMs: 80,
          address: '198.51.100.7',
          isEncrypted: true,
          hasSignedIn: true,
        }),
      ),
    );
    showPage(<MailPage />);
    await screen.findByLabelText('Host');

    press('Test');

    await screen.findByText('Signed in at 198.51.100.7, encrypted, 80 ms');
  });

  test('that fails says why, what to mend and what the other side said', async () => {
    network.use(
      http.post('/api/settings/mail/test', () =>
        refusal(422, 'target_failed', { details: { ...failure } }),
      ),
    );
    showPage(<MailPage />);
    await screen.findByLabelText('Host');

    press('Test');

    await screen.findByText('The sign-in was refused.');
    expect(screen.getByText(/Check the user and the password/)).toBeDefined();
    expect(screen.getByText('It said: “535 no such user”')).toBeDefined();
    expect(screen.getByText('After 1.2 s, at 198.51.100.7.')).toBeDefined();
  });

  test('of an unsaved target takes the password along, and names what is missing', async () => {
    network.use(
      http.post('/api/settings/mail/test', async ({ request }) => {
        sent.push(await request.json());
        return refusal(422, 'target_unset', { details: { missing: ['password'] } });
      }),
    );
    showPage(<MailPage />);
    type(await screen.findByLabelText('User'), 'sam');

    press('Test');
    type(await screen.findByLabelText('Your password'), 'tide-42');
    pressLast('Test');

    await screen.findByText('Fill in Password first.');
    expect(sent).toEqual([{ values: { user: 'sam' }, password: 'tide-42' }]);
  });

  test('that meets another host key shows it, and takes it only when it is accepted', async () => {
    const hostKey = `SHA256:${'k'.repeat(43)}`;
    section = {
      section: 'remote-server',
      version: 5,
      values: RemoteServerSettings.parse({ host: 'files.example.net', user: 'cmp' }),
      secrets: { password: { set: true, lastFour: null } },
      environment: {},
    };
    network.use(
      http.post('/api/settings/remote-server/test', () =>
        refusal(422, 'target_failed', {
          details: { ...failure, reason: 'host_key_changed', hostKey },
        }),
      ),
    );
    showPage(<RemoteServerPage />);
    await screen.findByLabelText('Host');

    press('Test');
    await screen.findByText(hostKey);
    expect(screen.queryByText('1 unsaved change')).toBeNull();
    press('Accept this key');
    press('Save');
    type(await screen.findByLabelText('Your password'), 'tide-42');
    pressLast('Save');

    await waitFor(() =>
      expect(sent).toEqual([{ version: 5, values: { hostKey }, password: 'tide-42' }]),
    );
  });
});

function type(field: HTMLElement, value: string) {
  fireEvent.change(field, { target: { value } });
}

function press(name: string) {
  fireEvent.click(screen.getByRole('button', { name }));
}

/** Of the dialog: the form behind it has one of the same name. */
function pressLast(name: string) {
  const button = screen.getAllByRole('button', { name, hidden: true }).at(-1);
  if (!button) throw new Error(`No button is called ${name}.`);
  fireEvent.click(button);
}
