import type { LinkedChats } from '@cmp/shared/bot';
import { type NotificationPreferences, shippedChoices } from '@cmp/shared/notifications';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';
import { queryClient } from '#lib/query-client.ts';
import { keepSession } from '#lib/session.ts';
import { given } from '#test/given.ts';
import { network, refusal } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { PreferencesPage } from './preferences-page.tsx';

const sent: unknown[] = [];
let saved: NotificationPreferences;
let chats: LinkedChats;

beforeEach(() => {
  queryClient.clear();
  sent.length = 0;
  saved = {
    ...{ version: 4, quietFrom: null, quietUntil: null, open: ['panel'] },
    choices: { users_imported: { mail: true } },
    defaults: shippedChoices,
  };
  chats = { items: [], botUsername: 'portal_bot' };
  network.use(
    http.get('/api/site', () => HttpResponse.json(given.site())),
    http.get('/api/notifications/preferences', () => HttpResponse.json(saved)),
    http.get('/api/telegram/chats', () => HttpResponse.json(chats)),
    http.patch('/api/notifications/preferences', async ({ request }) => {
      const change = await request.json();
      sent.push(change);
      saved = { ...saved, ...Object(change), version: 5 };
      return HttpResponse.json(saved);
    }),
  );
  keepSession(given.session());
  showPage(<PreferencesPage />);
});

const cell = (name: string) => screen.findByLabelText(name);
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

describe('what one hears of', () => {
  test('says only what differs from the site’s choice', async () => {
    fireEvent.click(await cell('Restores: Mail'));
    fireEvent.click(await cell('Imports: Mail'));
    press('Save');

    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent).toEqual([
      {
        ...{ version: 4, quietFrom: null, quietUntil: null },
        choices: { snapshot_restored: { mail: false } },
      },
    ]);
  });

  test('goes back to the site’s choice by one press', async () => {
    expect(await cell('Imports: Mail')).toHaveProperty('checked', true);

    press('Imports: back to the default, Panel');

    expect(await cell('Imports: Mail')).toHaveProperty('checked', false);
    expect(screen.getByText('1 unsaved change')).toBeDefined();
  });

  test('is told apart from what somebody saved meanwhile, and saved over it where asked', async () => {
    const theirs = { ...saved, version: 9, choices: { sign_in: { panel: true } } };
    network.use(
      http.patch('/api/notifications/preferences', async ({ request }) => {
        const change = await request.json();
        sent.push(change);
        if (JSON.stringify(change).includes('"version":9')) return HttpResponse.json(theirs);
        saved = theirs;
        return refusal(409, 'stale_version');
      }),
    );
    fireEvent.click(await cell('Restores: Mail'));
    press('Save');
    await screen.findByText('Sign-ins: theirs “Panel, Telegram”, yours “Telegram”');

    press('Save mine');

    await waitFor(() =>
      expect(sent.at(-1)).toMatchObject({
        version: 9,
        choices: { users_imported: { mail: true }, snapshot_restored: { mail: false } },
      }),
    );
  });

  test('leads to how a closed way is opened', async () => {
    const link = await screen.findByRole('link', { name: 'Give an address' });

    expect(link.getAttribute('href')).toBe('/profile/details');
    expect(screen.getByRole('link', { name: 'Link a chat' }).getAttribute('href')).toBe('#chats');
  });

  test('is not silenced from a time to none', async () => {
    fireEvent.click(await cell('Quiet hours of my own'));
    fireEvent.change(screen.getByLabelText('Until'), { target: { value: '' } });

    press('Save');

    await screen.findByText('Give both times, such as 22:00 and 07:00.');
    expect(sent).toEqual([]);
  });
});

describe('the dialog that links a chat', () => {
  test('offers another code once this one is no longer good', async () => {
    let codes = 0;
    network.use(
      http.post('/api/telegram/link-code', () => {
        codes += 1;
        const minutes = codes === 1 ? -1 : 9.5;
        return HttpResponse.json({
          ...{ code: `CODE${codes}`, url: `https://t.me/portal_bot?start=CODE${codes}` },
          expiresAt: new Date(Date.now() + minutes * 60_000).toISOString(),
        });
      }),
    );
    fireEvent.click(await screen.findByRole('button', { name: 'Link a chat' }));
    await screen.findByText('This code is no longer good.');

    press('Take a new code');

    await screen.findByText('/start CODE2');
    expect(screen.getByText(/Good for 9 minutes more/)).toBeDefined();
  });
});
