import { expect, expectAccessible, test } from './test.ts';

test('the overview says since when it was counted, where the status view answers it, and its page how it fares', async ({
  samsPage: page,
  portal,
}) => {
  const exists = (made: boolean) =>
    page.request.put('/api/admin/matviews/user_status_matview', {
      data: { exists: made },
      headers: { origin: portal.url },
    });
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Renew next' })).toBeVisible();
  await expect(page.getByText('Counted')).toBeHidden();

  expect((await exists(true)).status()).toBe(200);
  await page.reload();
  await expect(page.getByText('Counted just now')).toBeVisible();
  await expectAccessible(page);

  await page.goto('/settings/system');
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(page.getByRole('img', { name: /^The last refresh took \d+ ms\.$/ })).toBeVisible();
  await expect(page.getByText(/^rows \d+ · \d+ ms$/)).toBeVisible();
  await expectAccessible(page);
  await page.goto('/');

  expect((await exists(false)).status()).toBe(200);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Renew next' })).toBeVisible();
  await expect(page.getByText('Counted')).toBeHidden();
});
