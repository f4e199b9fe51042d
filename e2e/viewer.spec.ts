import { expect, expectAccessible, test } from './test.ts';

test('an admin lets a viewer in, who chooses a password, sees one server and can alter nothing', async ({
  samsPage: page,
  browser,
  portal,
}) => {
  await page.goto('/accounts/new');
  await page.getByLabel('Username').fill('lin');
  await page
    .getByLabel('Name', { exact: true })
    .or(page.getByLabel('Display name'))
    .first()
    .fill('Lin');
  await page.getByRole('radio', { name: /Viewer/ }).check();
  await page.getByRole('button', { name: 'Create account' }).click();
  const oneTime = await page.getByRole('dialog').locator('code').first().textContent();
  const grants = await page.request.put(`${portal.url}/api/accounts/2/grants`, {
    headers: { origin: portal.url },
    data: { version: 1, grants: [{ serverId: 2, level: 'view' }] },
  });
  expect(grants.status()).toBe(200);

  const lins = await (await browser.newContext({ baseURL: portal.url })).newPage();
  await lins.goto('/servers/1');
  await lins.getByLabel('Username').fill('lin');
  await lins.getByLabel('Password', { exact: true }).fill(oneTime ?? '');
  await lins.getByRole('button', { name: 'Sign in' }).click();
  await expect(lins).toHaveURL(/change-password/);
  await expectAccessible(lins);
  await lins.getByLabel('One-time password', { exact: true }).fill(oneTime ?? '');
  await lins.getByLabel('New password', { exact: true }).fill('velvet-orchard-comet-19');
  await lins.getByLabel('New password again').fill('velvet-orchard-comet-19');
  await lins.getByRole('button', { name: 'Save password and go on' }).click();
  await expect(lins).not.toHaveURL(/change-password/);

  await lins.goto('/servers/2');
  await expect(lins.getByRole('heading', { level: 1 })).toContainText('SG-2 Jurong');
  await expect(lins.getByRole('grid').getByRole('row').nth(1)).toBeVisible();
  const writes = /Add|Import|\+1 m|Delete|Edit/;
  await expect(lins.getByRole('main').getByRole('button', { name: writes })).toHaveCount(0);
  await expect(lins.getByRole('main').getByRole('link', { name: writes })).toHaveCount(0);
  await expect(lins.getByRole('switch')).toHaveCount(0);
  await expect(lins.getByText('SG-1 Marina')).toHaveCount(0);
  await expectAccessible(lins);

  await lins.goto('/servers/1');
  await expect(lins.getByRole('heading', { level: 1 })).not.toContainText('SG-1');
});
