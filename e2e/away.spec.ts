import { expect, sam, setUp, test } from './test.ts';

test.setTimeout(60_000);

test('while the portal is out of reach it is said, nothing can be altered, and all works again after', async ({
  freshPortal,
  context,
  browser,
}) => {
  await context.addCookies(await setUp(freshPortal));
  // Its requests fail while it is away, and the browser says so in the console: no fixture page here.
  const page = await context.newPage();
  await page.goto(`${freshPortal.url}/servers`);
  await page.getByRole('link', { name: 'SG-1 Marina' }).first().click();
  await page.getByRole('grid').getByRole('row').nth(2).click();
  const grid = page.getByRole('grid');
  const extend = grid.getByRole('button', { name: '+1 month' }).first();
  const turn = grid.getByRole('switch').first();
  const drawer = page.getByRole('complementary', { name: /^User / });
  const writes = [
    extend,
    turn,
    page.getByRole('button', { name: 'Add user' }),
    drawer.getByRole('button', { name: /^\+1 m/ }),
    drawer.getByRole('button', { name: 'Delete' }),
  ];
  for (const write of writes) await expect(write).toBeEnabled();

  await context.setOffline(true);
  await expect(page.getByText(/Offline — showing data from \d\d:\d\d/)).toBeVisible();
  for (const write of writes) {
    await expect(write).toBeDisabled();
    await expect(write).toHaveAttribute('title', 'Saving is off until the portal answers again.');
  }
  await grid.focus();
  await page.keyboard.press('d');
  await expect(page.getByText('Saving is off until the portal answers again.')).toBeVisible();
  await page.getByRole('link', { name: 'Servers', exact: true }).first().click();
  await expect(page.getByRole('button', { name: 'Add server' })).toBeDisabled();
  await expect(page.getByRole('button', { name: /^Move .*: press Space/ }).first()).toBeDisabled();
  await page.getByRole('link', { name: 'Audit log' }).click();
  await expect(page.getByText('This could not be loaded.')).toBeVisible();
  await page.getByRole('link', { name: 'SG-1 Marina' }).first().click();

  // Another operator goes on meanwhile, and what was done is there once the portal is.
  const others = await browser.newContext();
  await others.addCookies(await context.cookies());
  const made = await others.request.post(`${freshPortal.url}/api/servers/1/users`, {
    headers: { origin: freshPortal.url },
    data: { accountName: 'aaron.meanwhile' },
  });
  expect(made.status()).toBe(201);
  await context.setOffline(false);
  await expect(page.getByText(/Offline — showing/)).toBeHidden();
  await expect(grid.getByText('aaron.meanwhile')).toBeVisible();
  await extend.click();
  await expect(page.getByText(/^Extended /)).toBeVisible();
});

test('a session that ends over a half-filled form asks for the password, saves, and gives the field back', async ({
  samsPage: page,
  context,
}) => {
  await page.goto('/servers/2?row=6');
  const drawer = page.getByRole('complementary', { name: /^User / });
  const remark = drawer.getByLabel('Remark');
  await remark.fill('paid until spring');
  await context.clearCookies();

  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog', { name: 'Sign in to go on' });
  await expect(dialog.getByLabel('Password', { exact: true })).toBeFocused();
  await page.keyboard.type(sam.password);
  await page.keyboard.press('Enter');

  await expect(dialog).toBeHidden();
  await expect(page.getByText(/^Saved /)).toBeVisible();
  await expect(remark).toHaveValue('paid until spring');
  await expect(remark).toBeFocused();

  // The same from the button, which goes once all is saved.
  await remark.fill('paid until summer');
  await context.clearCookies();
  await drawer.getByRole('button', { name: 'Save' }).focus();
  await page.keyboard.press('Enter');
  await expect(dialog.getByLabel('Password', { exact: true })).toBeFocused();
  await page.keyboard.type(sam.password);
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(drawer.getByRole('button', { name: 'Save' })).toBeHidden();
  await expect(remark).toHaveValue('paid until summer');
  await expect(remark).toBeFocused();
});
