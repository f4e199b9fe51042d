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
