import { expect, expectAccessible, sam, setUp, test } from './test.ts';

test('where snapshots go is edited, kept from being lost, saved for the password, and there after a reload', async ({
  freshPortal,
  context,
  page,
}) => {
  await context.addCookies(await setUp(freshPortal));
  await page.goto(`${freshPortal.url}/settings/storage`);

  await page.getByLabel('Daily').fill('21');
  await page.getByRole('radio', { name: 'A passphrase' }).check();
  await page.getByLabel('Passphrase', { exact: true }).fill('a-long-passphrase-7788');
  await expect(page.getByText('3 unsaved changes')).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Mail' }).click();
  await expect(page.getByRole('dialog')).toContainText('Leave without saving?');
  await page.getByRole('button', { name: 'Stay' }).click();
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('Your password')).toBeFocused();
  await dialog.getByLabel('Your password').fill('not this one');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toContainText('This is not your password.');
  await expectAccessible(page);
  await dialog.getByLabel('Your password').fill(sam.password);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Settings saved.')).toBeVisible();
  await expect(page.getByText('3 unsaved changes')).toBeHidden();

  await page.reload();
  await expect(page.getByLabel('Daily')).toHaveValue('21');
  await expect(page.getByRole('radio', { name: 'A passphrase' })).toBeChecked();
  await expect(page.getByText('Set, ends in 7788')).toBeVisible();

  await page.getByRole('button', { name: 'Reveal: Passphrase' }).click();
  await page.getByLabel('Your password').fill(sam.password);
  await page.getByRole('dialog').getByRole('button', { name: 'Reveal' }).click();
  await expect(page.getByText('a-long-passphrase-7788')).toBeVisible();
  await page.getByRole('button', { name: 'Hide' }).click();
  await expect(page.getByText('a-long-passphrase-7788')).toBeHidden();

  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(page.getByText(/written and read back, .* free, \d+ ms/)).toBeVisible();
});

test('the database is tested, and says its version and the time it took', async ({ samsPage }) => {
  await samsPage.goto('/settings/database');

  await samsPage.getByRole('button', { name: 'Test' }).click();

  await expect(samsPage.getByText(/^Connected, \d+ ms, PostgreSQL \d+\.\d+$/)).toBeVisible();
});

test('a test that fails says what to mend, and names the field that is missing', async ({
  samsPage,
}) => {
  await samsPage.goto('/settings/mail');

  await samsPage.getByRole('button', { name: 'Test' }).click();
  await expect(samsPage.getByText('Fill in Host first.')).toBeVisible();
  await samsPage.getByLabel('Host').fill('127.0.0.1');
  await samsPage.getByRole('button', { name: 'Test' }).click();
  await samsPage.getByLabel('Your password').fill(sam.password);
  await samsPage.getByRole('dialog').getByRole('button', { name: 'Test' }).click();

  await expect(samsPage.getByRole('alert')).toContainText('address');
  await expectAccessible(samsPage);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

  test('no section is wider than the screen, and its link is in sight', async ({ samsPage }) => {
    const pages = ['General', 'Services', 'Database', 'Telegram', 'Remote server', 'Certificate'];
    await samsPage.goto('/settings/general');
    for (const name of [...pages, 'Mail', 'Storage', 'Notifications', 'System']) {
      const link = samsPage.getByRole('link', { name, exact: true });
      await link.click();
      await expect(samsPage.getByRole('heading', { level: 2, name, exact: true })).toBeVisible();

      await expect(link).toHaveAttribute('aria-current', 'page');
      const width = await samsPage.evaluate(() => document.documentElement.scrollWidth);
      expect(width, name).toBe(390);
    }

    await samsPage.goto('/settings/system');
    const last = samsPage.getByRole('link', { name: 'System', exact: true });
    await expect(last).toBeInViewport({ ratio: 0.99 });
  });
});
