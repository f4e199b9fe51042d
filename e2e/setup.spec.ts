import { expect, expectAccessible, sam, test } from './test.ts';

test('a new operator sets the portal up with the printed link, signs out and in again', async ({
  page,
  freshPortal,
}) => {
  await page.goto(freshPortal.setupLink);
  await expectAccessible(page);

  await page.getByLabel('Your name').fill(sam.displayName);
  await page.getByLabel('Username').fill(sam.username);
  await page.getByLabel('Password', { exact: true }).fill(sam.password);
  await page.getByRole('button', { name: 'Create account and sign in' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(sam.displayName);
  expect(page.url()).not.toContain('token');

  await page
    .getByRole('button', { name: /account|Sam/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.getByLabel('Username').fill(sam.username);
  await page.getByLabel('Password', { exact: true }).fill('not-this-one-at-all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('do not match');
  await page.getByLabel('Password', { exact: true }).fill(sam.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(sam.displayName);

  await page.goto(freshPortal.setupLink);
  await expect(page).not.toHaveURL(/\/setup/);
});
