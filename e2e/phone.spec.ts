import { expect, setUp, test } from './test.ts';

test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

test('a name without a space widens no page of a phone', async ({ freshPortal, context, page }) => {
  await context.addCookies(await setUp(freshPortal));
  const headers = { origin: freshPortal.url };
  const long = 'w'.repeat(80);
  const made = await context.request.post(`${freshPortal.url}/api/servers`, {
    headers,
    data: { name: long, owner: long, domainName: 'd'.repeat(253), note: 'n'.repeat(2000) },
  });
  const { id } = await made.json();
  await context.request.post(`${freshPortal.url}/api/servers/${id}/users`, {
    headers,
    data: { accountName: long, contact: long },
  });

  for (const path of [
    '/',
    '/servers',
    `/servers/${id}`,
    `/servers/${id}/import`,
    '/users',
    '/audit',
  ]) {
    await page.goto(freshPortal.url + path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByText('wwww').first()).toBeAttached();

    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, path).toBe(390);
  }
});

test('the columns, the order, Import and Export of a list are in the page head’s menu', async ({
  freshPortal,
  context,
  page,
}) => {
  await context.addCookies(await setUp(freshPortal));
  await page.goto(`${freshPortal.url}/servers/3`);
  const list = page.getByRole('list', { name: 'Users' });
  const more = page.getByRole('main').getByRole('button', { name: /^More for / });
  await more.tap();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: /^Excel workbook/ }).tap();
  expect((await download).suggestedFilename()).toMatch(/\.xlsx$/);

  const service = await list.getByText(/Mini|Basic|Unlimited/).count();
  expect(service).toBeGreaterThan(0);
  await more.tap();
  await page.getByRole('menuitemcheckbox', { name: 'Service' }).tap();
  await page.getByRole('menuitemradio', { name: 'Name, Z to A' }).tap();
  await expect(page).toHaveURL(/sort=-name/);
  await page.keyboard.press('Escape');
  await expect(list.getByText(/Mini|Basic|Unlimited/)).toHaveCount(0);

  await more.tap();
  await page.getByRole('menuitem', { name: 'Import' }).tap();
  await expect(page).toHaveURL(/\/import$/);

  await page.goto(`${freshPortal.url}/users`);
  await page.getByRole('button', { name: 'Order and what is shown' }).tap();
  await page.getByRole('menuitemradio', { name: 'Ending last' }).tap();
  await expect(page).toHaveURL(/sort=-expires/);
});
