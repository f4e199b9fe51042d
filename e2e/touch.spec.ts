import type { CDPSession, Locator } from '@playwright/test';
import { expect, setUp, test } from './test.ts';

test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

test.beforeEach(async ({ freshPortal, context, page }) => {
  await context.addCookies(await setUp(freshPortal));
  await page.goto(`${freshPortal.url}/servers`);
});

test('a finger drags a server to another place, and Undo brings it back', async ({
  context,
  page,
}) => {
  const rows = page.getByRole('main').getByRole('listitem');
  const handle = page.getByRole('button', { name: /^Move SG-1 Marina: press Space/ });
  await expect(handle).toBeVisible();

  await drag(await context.newCDPSession(page), handle, rows.nth(2));

  await expect(page.getByText('Moved SG-1 Marina to place 3.')).toBeVisible();
  await expect(rows.nth(2)).toContainText('SG-1 Marina');
  await page.reload();
  await expect(rows.nth(2)).toContainText('SG-1 Marina');
  await drag(await context.newCDPSession(page), handle, rows.nth(0));
  await expect(rows.nth(0)).toContainText('SG-1 Marina');
  await page.getByRole('button', { name: 'Undo' }).tap();
  await expect(page.getByText('Undone.')).toBeVisible();
  await expect(rows.nth(2)).toContainText('SG-1 Marina');
});

test('a finger that only passes scrolls, and moves no server', async ({ context, page }) => {
  const rows = page.getByRole('main').getByRole('listitem');
  const row = rows.nth(0).getByRole('link').first();
  await expect(row).toBeVisible();

  await drag(await context.newCDPSession(page), row, rows.nth(2));

  await expect(rows.nth(0)).toContainText('SG-1 Marina');
  await expect(page.getByText(/^Moved /)).toHaveCount(0);
});

test('an order that the portal refuses goes back to what it was', async ({
  freshPortal,
  context,
  page,
}) => {
  const rows = page.getByRole('main').getByRole('listitem');
  const handle = page.getByRole('button', { name: /^Move SG-1 Marina: press Space/ });
  await expect(handle).toBeVisible();
  // Another admin adds a server, of which this page does not know yet: its order is stale.
  const made = await page.request.post(`${freshPortal.url}/api/servers`, {
    headers: { origin: freshPortal.url },
    data: { name: 'HK-2 Kwai' },
  });
  expect(made.status()).toBe(201);

  await drag(await context.newCDPSession(page), handle, rows.nth(2));

  await expect(page.getByText(/servers have changed/i)).toBeVisible();
  await expect(rows.nth(0)).toContainText('SG-1 Marina');
  await expect(rows.nth(4)).toContainText('HK-2 Kwai');
  await expect(page.getByText(/^Moved /)).toHaveCount(0);
});

/** Real touches, as the browser's own input pipeline sees them: held, moved step by step, let go. */
async function drag(input: CDPSession, from: Locator, to: Locator): Promise<void> {
  const start = await centreOf(from);
  const end = await centreOf(to);
  const touch = (type: 'touchStart' | 'touchMove', y: number) =>
    input.send('Input.dispatchTouchEvent', { type, touchPoints: [{ x: start.x, y }] });
  await touch('touchStart', start.y);
  await from.page().waitForTimeout(260);
  const steps = 12;
  for (let step = 1; step <= steps; step++)
    await touch('touchMove', start.y + ((end.y - start.y) * step) / steps);
  await from.page().waitForTimeout(200);
  await input.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

async function centreOf(target: Locator): Promise<{ x: number; y: number }> {
  const box = await target.boundingBox();
  if (!box) throw new Error(`${target} is not on the page.`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
