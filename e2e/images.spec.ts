import sharp from 'sharp';
import { expect, expectAccessible, setUp, test } from './test.ts';

test('the logo, the icon and the site’s theme are seen by who is not signed in', async ({
  freshPortal,
  context,
  page,
}) => {
  await context.addCookies(await setUp(freshPortal));
  await page.goto(`${freshPortal.url}/settings/general`);

  await choose('Logo on light pages', 'day.png', await picture(400, 100, '#076077'));
  await expect(page.getByRole('button', { name: 'Remove: Logo on light pages' })).toBeVisible();
  await choose('Logo on dark pages', 'night.png', await picture(400, 100, '#64cdd8'));
  await expect(page.getByRole('button', { name: 'Remove: Logo on dark pages' })).toBeVisible();
  await choose('Icon', 'icon.png', await picture(90, 90, '#c57423'));
  await expect(page.getByRole('button', { name: 'Remove: Icon' })).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('Theme', { exact: true }).selectOption('dark');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Settings saved.')).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');

  await context.clearCookies();
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(`${freshPortal.url}/login`);

  const logo = page.getByRole('img', { name: 'Portal' });
  await expect(logo).toBeVisible();
  await expect(logo).toHaveAttribute('src', /theme=dark/);
  expect(await logo.evaluate((img) => img instanceof HTMLImageElement && img.naturalWidth)).toBe(
    400,
  );
  await expect(page.locator('link[rel=icon]')).toHaveAttribute('href', /\/api\/site\/favicon/);
  await page.getByRole('button', { name: /light/ }).click();
  await expect(logo).toHaveAttribute('src', /theme=light/);
  await expectAccessible(page);

  function choose(label: string, name: string, buffer: Buffer) {
    const input = page.locator(`input[type=file][aria-label="${label}"]`);
    return input.setInputFiles({ name, mimeType: 'image/png', buffer });
  }
});

test('one’s own picture is seen in the corner and by the admin, and a refused one leaves it', async ({
  freshPortal,
  context,
  page,
}) => {
  await context.addCookies(await setUp(freshPortal));
  await page.goto(`${freshPortal.url}/profile/details`);
  const input = page.locator('input[type=file]');

  await input.setInputFiles(file('me.png', await picture(300, 200, '#9f51a4')));
  const corner = page
    .getByRole('button', { name: /account|Sam/ })
    .first()
    .locator('img');
  await expect(corner).toBeVisible();
  await input.setInputFiles(file('drawing.png', Buffer.from('<svg xmlns="x"></svg>')));

  await expect(page.getByRole('alert')).toContainText('SVG');
  await expect(corner).toBeVisible();
  await page.goto(`${freshPortal.url}/accounts`);
  await expect(page.locator('table img[src*="/api/accounts/"]')).toBeVisible();
});

test('a service is added, put first, edited and deleted, each with a way back', async ({
  freshPortal,
  context,
  page,
}) => {
  await context.addCookies(await setUp(freshPortal));
  await page.goto(`${freshPortal.url}/settings/services`);
  const names = page.locator('tbody tr td:first-child span[translate=no]:first-child');
  await expect(names).toHaveText(['Mini', 'Basic', 'Unlimited']);

  await page.getByRole('button', { name: 'Add service' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Gold');
  await page.getByLabel('Devices').fill('3');
  await page.getByLabel('Price').fill('4.505');
  await page.getByLabel('Other names').fill('au, aurum');
  await page.getByRole('dialog').getByRole('button', { name: 'Add service' }).click();
  await expect(page.getByText('at most two decimals')).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('Price').fill('4.50');
  await page.getByRole('dialog').getByRole('button', { name: 'Add service' }).click();
  await expect(names).toHaveText(['Mini', 'Basic', 'Unlimited', 'Gold']);
  await expect(page.getByRole('row', { name: /Gold/ })).toContainText('$4.50');

  await act('Gold', 'Move up');
  await expect(names).toHaveText(['Mini', 'Basic', 'Gold', 'Unlimited']);
  await act('Gold', 'Edit…');
  await page.getByLabel('Data limit').fill('250');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('row', { name: /Gold/ })).toContainText('250 GB');
  await act('Gold', 'Delete');
  await expect(names).toHaveText(['Mini', 'Basic', 'Unlimited']);
  await page.keyboard.press('Control+z');
  await expect(names).toHaveText(['Mini', 'Basic', 'Gold', 'Unlimited']);

  await act('Mini', 'Delete');
  await expect(page.getByText('Users still have this service')).toBeVisible();

  async function act(service: string, what: string) {
    await page.getByRole('button', { name: `Actions for ${service}` }).click();
    await page.getByRole('menuitem', { name: what }).click();
  }
});

function file(name: string, buffer: Buffer) {
  return { name, mimeType: 'image/png', buffer };
}

/** A PNG of one colour. */
function picture(width: number, height: number, colour: string): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer();
}
