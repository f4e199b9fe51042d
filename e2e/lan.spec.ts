import { chromium } from '@playwright/test';
import { findBrowser } from './browser.ts';
import { expect, sam, test } from './test.ts';

// A name that only this browser knows, for 127.0.0.1: not a secure context, as on a LAN, and nothing leaves the machine.
test('signs in over plain http under a name that is no secure context', async ({ portal }) => {
  const { executablePath, args, env } = await findBrowser();
  const browser = await chromium.launch({
    executablePath,
    args: [...args, '--host-resolver-rules=MAP portal.lan 127.0.0.1'],
    ...(env && { env }),
  });
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));

    await page.goto(`http://portal.lan:${portal.port}/`);
    await page.getByLabel('Username').fill(sam.username);
    await page.getByLabel('Password', { exact: true }).fill(sam.password);
    await page.getByRole('button', { name: 'Sign in' }).click();

    await expect(page.getByRole('heading', { level: 1 })).toContainText(sam.displayName);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await page.reload();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(sam.displayName);
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
});
