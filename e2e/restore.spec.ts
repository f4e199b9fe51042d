import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, sam, setUp, test } from './test.ts';

const oldPortal = path.join(import.meta.dirname, 'fixtures', 'old-portal.json');

test('an older portal’s snapshot of 1,000 users is looked at, brought in and taken back', async ({
  freshPortal,
  context,
  page,
}) => {
  await context.addCookies(await setUp(freshPortal, { ...sam, sampleData: false }));
  await page.goto(`${freshPortal.url}/snapshots/restore`);

  await page.getByLabel('Choose a file').setInputFiles(oldPortal);
  await page.getByRole('button', { name: 'Show what would change' }).click();
  await expect(page.getByRole('heading', { name: 'What would be brought in' })).toBeVisible();
  await expect(page.getByText('is no service of this site')).toBeVisible();
  await expect(page.getByText('stands in more than one row').first()).toBeVisible();
  await expectAccessible(page);
  await look(page, 'legacy-check');

  await page.getByLabel('Bring the accounts, too').check();
  await page.getByLabel('Your password').fill(sam.password);
  await page.getByRole('button', { name: /^Bring in .* rows, leave out the errors$/ }).click();
  await expect(page.getByRole('heading', { name: 'Brought in' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'One-time passwords' })).toBeVisible();
  await expectAccessible(page);
  await look(page, 'legacy-done');

  await page.getByRole('link', { name: 'To the servers' }).click();
  await expect(page.getByRole('link', { name: 'server 19', exact: true }).first()).toBeVisible();
  await page.goto(`${freshPortal.url}/users`);
  await expect(page.getByText('User 100', { exact: true })).toBeVisible();
});

test('a snapshot is made, checked, and brings back what was deleted', async ({
  freshPortal,
  context,
  page,
}) => {
  test.slow();
  await context.addCookies(await setUp(freshPortal));
  await page.goto(`${freshPortal.url}/snapshots`);
  await expect(page.getByText('No snapshot yet.').first()).toBeVisible();
  await page.getByRole('button', { name: 'Make a snapshot' }).click();
  await page.getByRole('menuitem', { name: /^Everything/ }).click();
  const rows = page.getByRole('table', { name: 'Snapshots' }).getByRole('row');
  await expect(rows).toHaveCount(2, { timeout: 30_000 });
  await expectAccessible(page);
  await look(page, 'snapshots');

  const name = await page.evaluate(async () => {
    const { items } = await (await fetch('/api/users?limit=1')).json();
    const [{ id, version, accountName }] = items;
    await fetch(`/api/users/${id}?version=${version}`, { method: 'DELETE' });
    return String(accountName);
  });
  await page.goto(`${freshPortal.url}/users`);
  await expect(page.getByText('19', { exact: true }).first()).toBeVisible();
  await expect(page.getByText(name, { exact: true })).toBeHidden();

  await page.goto(`${freshPortal.url}/snapshots`);
  await page.getByRole('button', { name: /^What can be done/ }).click();
  await page.getByRole('menuitem', { name: 'Restore…' }).click();
  await page.getByLabel('Replace').check();
  await page.getByRole('button', { name: 'Show what would change' }).click();
  await expect(page.getByRole('heading', { name: 'What would change' })).toBeVisible();
  await expectAccessible(page);
  await look(page, 'restore-check');
  await page.getByLabel('The site’s name').fill('Portal');
  await page.getByLabel('Your password').fill(sam.password);
  await page.getByRole('button', { name: 'Replace everything' }).click();

  // Sessions end with a replacement, within a second: the page has told by then, or asks to sign in again.
  const told = page.getByRole('heading', { name: 'Restored' });
  await expect(told.or(page.getByRole('dialog'))).toBeVisible({ timeout: 30_000 });
  await look(page, 'restore-done');
  await expect
    .poll(() => page.evaluate(async () => (await fetch('/api/auth/session')).status))
    .toBe(401);
  await context.clearCookies();
  await page.goto(`${freshPortal.url}/login`);
  await page.getByLabel('Username').fill(sam.username);
  await page.getByLabel('Password', { exact: true }).fill(sam.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('link', { name: 'Overview' })).toBeVisible();
  await page.goto(`${freshPortal.url}/users`);
  await expect(page.getByText(name, { exact: true })).toBeVisible();
});

/** Pictures for whoever looks: only where they are asked for. */
async function look(page: Page, name: string): Promise<void> {
  const folder = process.env.LOOK_AT;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
