import type { Locator, Page } from '@playwright/test';
import { expect, setUp, test } from './test.ts';

// No test of this file points at anything: what cannot be reached by keys fails it.

test.beforeEach(async ({ freshPortal, context }) => {
  await context.addCookies(await setUp(freshPortal));
});

test('a user is opened, edited, saved and closed by keys, and the focus comes back to the list', async ({
  freshPortal,
  page,
}) => {
  // Wide enough for the remark to have a column.
  await page.setViewportSize({ width: 1600, height: 900 });
  await page.goto(`${freshPortal.url}/servers/3`);
  const grid = page.getByRole('grid');
  await tabTo(page, grid);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('complementary', { name: /^User / });
  await expect(drawer).toBeVisible();

  const remark = drawer.getByLabel('Remark');
  await tabTo(page, remark);
  await page.keyboard.press('Control+a');
  await page.keyboard.type('by keys');
  await tabTo(page, drawer.getByRole('button', { name: 'Save' }));
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^Saved /)).toBeVisible();
  await expect(drawer.locator('input:focus')).toHaveCount(1);

  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(grid).toBeFocused();
  await expect(grid.getByText('by keys')).toBeVisible();
  await page.keyboard.press('e');
  await expect(page.getByText(/^Extended /)).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('Undone.')).toBeVisible();
  await page.keyboard.press('Delete');
  await expect(page.getByText(/^Deleted /)).toBeVisible();
  await expect(grid).toBeFocused();
});

test('a server is added and a list imported into it by keys', async ({ freshPortal, page }) => {
  await page.goto(`${freshPortal.url}/servers`);
  await tabTo(page, page.getByRole('button', { name: 'Add server' }));
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Add a server' });
  await tabTo(page, dialog.getByLabel('Name', { exact: true }));
  await page.keyboard.type('HK-2 Kwai');
  await page.keyboard.press('Tab');
  await page.keyboard.type('203.0.113.77');
  await page.keyboard.press('Enter');
  const heading = page.getByRole('heading', { level: 1 });
  await expect(heading).toHaveText('HK-2 Kwai');
  await expect(heading).toBeFocused();

  await tabTo(page, page.getByRole('link', { name: 'Import' }));
  await page.keyboard.press('Enter');
  await expect(heading).toBeFocused();
  await tabTo(page, page.getByText('Choose a file', { exact: true }));
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Enter');
  await (await chooser).setFiles({
    name: 'users.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('account_name,service_type\nko.htet,mini\nmay.phoo,basic\n'),
  });
  await tabTo(page, page.getByRole('radio', { name: 'Merge' }));
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: 'Mirror' })).toBeFocused();
  await expect(page).toHaveURL(/mode=mirror/);
  await page.keyboard.press('ArrowUp');
  await tabTo(page, page.getByRole('button', { name: 'Check the file' }));
  await page.keyboard.press('Enter');

  const make = page.getByRole('button', { name: /^Import 2/ });
  await expect(make).toBeVisible();
  await expectFocusSomewhere(page);
  await tabTo(page, make);
  await page.keyboard.press('Enter');
  const view = page.getByRole('link', { name: 'View the users' });
  await expect(view).toBeVisible();
  await expectFocusSomewhere(page);
  await tabTo(page, view);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('grid').getByText('may.phoo')).toBeVisible();
});

test('the palette finds, opens and gives the focus back', async ({ freshPortal, page }) => {
  await page.goto(freshPortal.url);
  const search = page.getByRole('button', { name: /Search/ });
  await tabTo(page, search);
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog');
  await expect(palette.getByRole('combobox')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await expect(search).toBeFocused();

  await page.keyboard.press('Enter');
  await page.keyboard.type('jurong');
  await expect(palette.getByRole('option', { name: /SG-2 Jurong/ }).first()).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  const heading = page.getByRole('heading', { level: 1, name: 'SG-2 Jurong' });
  await expect(heading).toBeFocused();
});

test('servers are put in another order by keys, and back by undo', async ({
  freshPortal,
  page,
}) => {
  await page.goto(`${freshPortal.url}/servers`);
  const names = page.getByRole('main').getByRole('listitem').getByRole('link');
  const first = page.getByRole('button', { name: /^Move SG-1 Marina: press Space/ });
  await tabTo(page, first);
  await page.keyboard.press('Space');
  await expect(page.getByText('SG-1 Marina would be number 1 of 4.')).toBeAttached();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByText('SG-1 Marina would be number 2 of 4.')).toBeAttached();
  await page.keyboard.press('Space');
  await expect(page.getByText('Moved SG-1 Marina to place 2.')).toBeVisible();
  await expect(names.first()).toHaveText('SG-2 Jurong');
  await expect(first).toBeFocused();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('Undone.')).toBeVisible();
  await expect(names.first()).toHaveText('SG-1 Marina');

  await page.keyboard.press('Alt+ArrowDown');
  await expect(names.first()).toHaveText('SG-2 Jurong');
  await expect(first).toBeFocused();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(names.first()).toHaveText('SG-1 Marina');
  await tabTo(page, page.getByRole('button', { name: 'Move SG-1 Marina down' }));
  await page.keyboard.press('Enter');
  await expect(names.first()).toHaveText('SG-2 Jurong');
  await page.reload();
  await expect(names.first()).toHaveText('SG-2 Jurong');
});

test('the list is narrowed, ordered and exported by keys', async ({ freshPortal, page }) => {
  await page.goto(`${freshPortal.url}/servers/3`);
  await tabTo(page, page.getByRole('radio', { name: /^All/ }));
  await page.keyboard.press('ArrowRight');
  await expect(page).toHaveURL(/status=active/);
  await page.keyboard.press('ArrowLeft');
  await expect(page).not.toHaveURL(/status/);

  const filter = page.getByRole('button', { name: 'Filter', exact: true });
  await tabTo(page, filter);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitemcheckbox', { name: 'Mini' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/service=Mini/);
  await page.keyboard.press('Escape');
  await expect(filter).toBeFocused();
  await tabTo(page, page.getByRole('button', { name: 'Lift the filter Mini' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page).not.toHaveURL(/service/);
  await expectFocusSomewhere(page);

  const byName = page.getByRole('columnheader').getByRole('button', { name: 'Account name' });
  await tabTo(page, byName);
  const first = page.getByRole('grid').getByRole('row').nth(1);
  const firstByName = (await first.textContent()) ?? '';
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/sort=-name/);
  // The new order is here, so that the focus has outlived its coming.
  await expect(first).not.toHaveText(firstByName);
  await page.waitForTimeout(100);
  await expect(byName).toBeFocused();

  await tabTo(page, page.getByRole('button', { name: 'Columns' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('columnheader', { name: 'Status' })).toHaveCount(0);
  await page.keyboard.press('Escape');

  await tabTo(page, page.getByRole('button', { name: 'Export' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: /\.xlsx/ }).first()).toBeFocused();
  const download = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  expect((await download).suggestedFilename()).toMatch(/\.xlsx$/);
});

test('an account is let into servers by keys', async ({ freshPortal, page }) => {
  await page.request.post(`${freshPortal.url}/api/accounts`, {
    headers: { origin: freshPortal.url },
    data: { username: 'may', displayName: 'May', role: 'server_admin' },
  });
  await page.goto(`${freshPortal.url}/accounts/2/access`);
  const ofServer = page.getByRole('radiogroup', { name: 'Access of May to SG-2 Jurong' });
  await tabTo(page, ofServer.getByRole('radio', { name: 'No access' }));
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(ofServer.getByRole('radio', { name: 'Manage' })).toBeFocused();

  const allowed = page.getByRole('button', { name: /SG-2 Jurong: / });
  await tabTo(page, allowed);
  await page.keyboard.press('Enter');
  const remove = page.getByRole('dialog').getByRole('checkbox').last();
  await tabTo(page, remove);
  await page.keyboard.press('Space');
  await expect(remove).not.toBeChecked();
  await page.keyboard.press('Escape');
  await expect(allowed).toBeFocused();

  await tabTo(page, page.getByRole('button', { name: 'Save' }));
  await page.keyboard.press('Enter');
  await expect(page.getByText('Access of May saved.')).toBeVisible();
  await expectFocusSomewhere(page);
  const { items } = await (
    await page.request.get(`${freshPortal.url}/api/accounts/2/grants`)
  ).json();
  expect(items).toMatchObject([{ serverId: 2, level: 'manage' }]);
});

/** Walks by Tab until it is there, as far as a person would. */
async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`No ${key} leads to ${target}.`);
}

/** Where the focus falls to the page itself, whoever cannot see is back at its beginning. */
async function expectFocusSomewhere(page: Page): Promise<void> {
  await expect(page.locator(':focus')).not.toHaveCount(0);
}
