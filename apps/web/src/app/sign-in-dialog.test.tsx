import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { DetailsPage } from '#features/profile/details-page.tsx';
import { queryClient } from '#lib/query-client.ts';
import { keepSession } from '#lib/session.ts';
import { given } from '#test/given.ts';
import { network, refusal } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { SignInDialog } from './sign-in-dialog.tsx';

let signedIn = false;
const saved: unknown[] = [];

beforeEach(() => {
  queryClient.clear();
  signedIn = false;
  saved.length = 0;
  network.use(
    http.get('/api/site', () => HttpResponse.json(given.site())),
    http.get('/api/auth/session', () =>
      signedIn ? HttpResponse.json(given.session()) : refusal(401, 'unauthenticated'),
    ),
    http.post('/api/auth/refresh', () => refusal(401, 'unauthenticated')),
    http.post('/api/auth/login', async ({ request }) => {
      const login = await request.json();
      if (JSON.stringify(login) !== '{"username":"may","password":"right"}') {
        return refusal(401, 'sign_in_failed');
      }
      signedIn = true;
      return HttpResponse.json(given.session());
    }),
    http.patch('/api/auth/profile', async ({ request }) => {
      if (!signedIn) return refusal(401, 'unauthenticated');
      saved.push(await request.json());
      return HttpResponse.json(given.session({ displayName: 'May Draft', version: 4 }));
    }),
  );
  keepSession(given.session());
  showPage(
    <>
      <DetailsPage />
      <SignInDialog />
    </>,
  );
});

test('a session that ends while saving asks to sign in over the page, keeps the draft and saves it', async () => {
  draftName('May Draft');
  fireEvent.click(await screen.findByRole('button', { name: 'Save' }));

  await screen.findByRole('dialog', { name: 'Sign in to go on' });
  expect(nameField()).toHaveProperty('value', 'May Draft');
  signInWith('right');

  await waitFor(() => expect(saved).toEqual([{ version: 3, displayName: 'May Draft' }]));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(nameField()).toHaveProperty('value', 'May Draft');
});

test('a wrong password there is told there, and nothing is lost', async () => {
  draftName('May Draft');
  fireEvent.click(await screen.findByRole('button', { name: 'Save' }));
  await screen.findByRole('dialog', { name: 'Sign in to go on' });

  signInWith('wrong');

  await screen.findByText(/do not match/);
  expect(nameField()).toHaveProperty('value', 'May Draft');
  expect(saved).toEqual([]);
});

test('closing it keeps the draft unsaved and says why', async () => {
  draftName('May Draft');
  fireEvent.click(await screen.findByRole('button', { name: 'Save' }));
  await screen.findByRole('dialog', { name: 'Sign in to go on' });

  fireEvent.click(screen.getByRole('button', { name: 'Close' }));

  await screen.findByText(/You are signed out/);
  expect(nameField()).toHaveProperty('value', 'May Draft');
  expect(saved).toEqual([]);
});

const nameField = () => screen.getByLabelText('Name', { selector: 'input' });

function draftName(value: string) {
  fireEvent.change(nameField(), { target: { value } });
}

function signInWith(password: string) {
  const field = screen.getByLabelText('Password', { selector: 'input' });
  fireEvent.change(field, { target: { value: password } });
  fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
}
