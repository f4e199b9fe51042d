import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { queryClient } from '#lib/query-client.ts';
import { wordValidation } from '#lib/validation.ts';
import { given } from '#test/given.ts';
import { network, refusal } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { SetupPage } from './setup-page.tsx';

wordValidation();
beforeEach(() => {
  queryClient.clear();
  network.use(http.get('/api/site', () => HttpResponse.json(given.site())));
});

test.each([
  ['setup_token_wrong', 403, 'Setup token'],
  ['name_taken', 409, 'Username'],
  ['password_too_weak', 422, 'Password'],
] as const)(
  'the refusal %s lands on its field, which takes the focus',
  async (code, status, label) => {
    network.use(http.post('/api/setup', () => refusal(status, code)));
    showPage(<SetupPage />);

    fillIn();
    submit();

    const field = screen.getByLabelText(label, { selector: 'input' });
    await waitFor(() => expect(field.getAttribute('aria-invalid')).toBe('true'));
    const note = document.getElementById(field.getAttribute('aria-describedby') ?? '');
    expect(note?.textContent).toMatch(/\.$/);
    expect(document.activeElement).toBe(field);
  },
);

test('a setup that is closed points to the sign-in', async () => {
  network.use(http.post('/api/setup', () => refusal(403, 'setup_closed')));
  showPage(<SetupPage />);

  fillIn();
  submit();

  expect((await screen.findByRole('link', { name: 'Go to sign in' })).getAttribute('href')).toBe(
    '/login',
  );
});

test('what is missing is said before anything is sent', async () => {
  showPage(<SetupPage />);

  submit();

  expect(await screen.findAllByText('Fill this in.')).toHaveLength(3);
  expect(screen.getByText('Use at least 12 characters.')).toBeDefined();
});

test('what was typed is kept when it is refused', async () => {
  network.use(http.post('/api/setup', () => refusal(503, 'busy')));
  showPage(<SetupPage />);

  fillIn();
  submit();

  await screen.findByText(/busy right now/);
  expect(screen.getByLabelText('Username')).toHaveProperty('value', 'may');
  expect(screen.getByLabelText('Password', { selector: 'input' })).toHaveProperty(
    'value',
    'violet hammer under snow',
  );
});

function fillIn() {
  type('Setup token', 'token-1');
  type('Your name', 'May Phoo');
  type('Username', 'may');
  type('Password', 'violet hammer under snow');
}

function type(label: string, value: string) {
  fireEvent.change(screen.getByLabelText(label, { selector: 'input' }), { target: { value } });
}

function submit() {
  fireEvent.click(screen.getByRole('button', { name: 'Create account and sign in' }));
}
