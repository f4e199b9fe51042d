import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { asLin, botActs, botReports, botToken, datedUsersOf, extendMany } from './news.ts';
import { startPortal } from './portal.ts';
import { expect, expectAccessible, sam, setUp, test } from './test.ts';

// Each starts a portal of its own, and asks axe about several pages.
test.describe.configure({ timeout: 90_000 });

test('what a colleague does to many rings the bell, is read by opening it, and leads to its change', async ({
  freshPortal: { url, ...portal },
  context,
  page,
  browser,
}) => {
  const { lin, ids } = await withLin({ url, ...portal }, context, browser);
  await page.goto(url);
  const bell = page.getByRole('button', { name: /^Notifications/ });
  await expect(bell).toHaveAccessibleName('Notifications');

  await extendMany(lin, url, ids.slice(0, 2));
  await page.reload();

  await expect(bell).toHaveAccessibleName('Notifications: 1 unread');
  await bell.focus();
  await page.keyboard.press('Enter');
  const news = page.getByRole('dialog', { name: 'Notifications' });
  const item = news.getByRole('link', { name: /lin extended 2 users on TH-1 Bangkok/ });
  await expect(item).toBeVisible();
  await expectAccessible(page);
  await expect(bell).toHaveAccessibleName('Notifications');
  await page.keyboard.press('Escape');
  await expect(news).toBeHidden();
  await expect(bell).toBeFocused();
  await page.reload();
  await expect(bell).toHaveAccessibleName('Notifications');

  await bell.click();
  await news.getByRole('button', { name: 'Close' }).focus();
  await page.keyboard.press('Tab');
  await expect(item).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/audit\?change=\d+$/);
  await expect(news).toBeHidden();
  await expect(page.getByRole('main')).toContainText(/lin extended .* on TH-1 Bangkok/);
});

test('all of the news is there by days, what is unread alone, and marked as read at once', async ({
  freshPortal: { url, ...portal },
  context,
  page,
  browser,
}) => {
  const { lin, ids } = await withLin({ url, ...portal }, context, browser);
  for (let time = 0; time < 32; time++) await extendMany(lin, url, ids.slice(0, 2));

  await page.goto(`${url}/notifications?unread=1`);
  const items = page.getByRole('main').getByRole('link', { name: /lin extended/ });
  await expect(items).toHaveCount(30);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Show older' }).click();
  await expect(items).toHaveCount(32);
  await page.getByRole('button', { name: /^Notifications/ }).click();
  await expect(page.getByText('32 unread in all.')).toBeVisible();
  await page.keyboard.press('Escape');

  await page.getByRole('main').getByRole('button', { name: 'Mark all as read' }).click();

  await expect(page.getByText('You have read everything.')).toBeVisible();
  await page.getByRole('radio', { name: 'All' }).click();
  await expect(page).toHaveURL(/\/notifications$/);
  await expect(items).toHaveCount(30);
});

test('what one hears of is chosen, kept from another tab’s older choice, and there after a reload', async ({
  freshPortal: { url, ...portal },
  context,
  page,
}) => {
  await context.addCookies(await setUp({ url, ...portal }));
  const other = await context.newPage();
  for (const tab of [page, other]) await tab.goto(`${url}/profile/notifications`);
  const imports = page.getByRole('checkbox', { name: 'Imports: Mail' });
  await expect(page.getByText('Mail leads nowhere yet')).toBeVisible();

  await imports.check();
  await page.getByLabel('Quiet hours of my own').check();
  await page.getByLabel('Until').fill('06:30');
  await expect(page.getByText('2 unsaved changes')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Control+s');
  await expect(page.getByText('Notifications saved.')).toBeVisible();

  await other.getByRole('checkbox', { name: 'Restores: Mail' }).uncheck();
  await other.getByRole('button', { name: 'Save' }).click();
  await expect(other.getByText('Imports: theirs “Panel, Mail”, yours “Panel”')).toBeVisible();
  await other.getByRole('button', { name: 'Take theirs' }).click();
  await expect(other.getByRole('checkbox', { name: 'Restores: Mail' })).toBeChecked();

  await page.reload();
  await expect(imports).toBeChecked();
  await expect(page.getByLabel('Until')).toHaveValue('06:30');
  await page.getByRole('button', { name: 'Imports: back to the default, Panel' }).click();
  await expect(imports).not.toBeChecked();
});

test('a webhook is tried, saved, told of what happens, and told again from the log', async ({
  freshPortal: { url, ...portal },
  context,
  page,
  browser,
}) => {
  await context.addCookies(await setUp({ url, ...portal }));
  const lins = await browser.newContext();
  await asLin(context.request, lins.request, url);
  const receiver = await receiving();
  await page.goto(`${url}/settings/notifications`);

  await page.getByLabel('Post events to a webhook').check();
  await page.getByRole('textbox', { name: 'Address' }).fill(receiver.url);
  await page.getByLabel('Secret', { exact: true }).fill('a-secret-of-this-test');
  await page.getByRole('checkbox', { name: 'Changes of many users', exact: true }).check();
  await page.getByLabel('Allow private addresses').check();
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await confirm(page, 'Test');
  await expect(page.getByText(/^The receiver answered 204, /)).toBeVisible();
  await page.keyboard.press('Control+s');
  await confirm(page, 'Save');
  await expect(page.getByText('Settings saved.')).toBeVisible();
  await expectAccessible(page);

  const ids = await datedUsersOf(context.request, url, 3);
  await extendMany(lins.request, url, ids.slice(0, 2));

  await expect.poll(() => receiver.events()).toEqual(['ping', 'users_bulk']);
  await page.goto(`${url}/settings/notifications?channel=webhook`);
  const row = page.getByRole('table', { name: 'Delivery log' }).getByRole('row').nth(1);
  await expect(row).toContainText('Sent');
  await row.getByRole('button', { name: /^Resend to/ }).click();
  await expect.poll(() => receiver.events()).toEqual(['ping', 'users_bulk', 'users_bulk']);
  await receiver.close();
});

test('a chat is linked by what the dialog shows, which sees it; what ails the bot is said with its mend', async ({
  context,
  page,
}) => {
  const portal = await startPortal({ BOT_SERVICE_TOKEN: botToken, START_TELEGRAM_BOT: 'false' });
  const { url } = portal;
  try {
    await context.addCookies(await setUp(portal));
    await page.goto(`${url}/profile/notifications`);
    await expect(page.getByText('The site’s bot was never reached')).toBeVisible();
    const headers = { origin: url };
    const values = { enabled: true, token: '12345:a-token-of-nobody' };
    await page.request.patch(`${url}/api/settings/telegram`, {
      ...{ headers, data: { version: 1, password: sam.password, values } },
    });
    await botReports(url);
    await page.reload();

    await page.getByRole('button', { name: 'Link a chat' }).click();
    const dialog = page.getByRole('dialog', { name: 'Link a chat' });
    await expect(dialog.getByRole('img', { name: 'The link as a QR code' })).toBeVisible();
    const start = await dialog.getByText(/^\/start /).textContent();
    const code = start?.replace('/start ', '') ?? '';
    await expect(dialog.getByRole('link', { name: 'Open Telegram' })).toHaveAttribute(
      'href',
      `https://t.me/portal_bot?start=${code}`,
    );
    await expectAccessible(page);
    await botActs(url, { kind: 'link', code });
    await expect(dialog.getByText('Linked: Sam’s phone')).toBeVisible();
    await dialog.getByRole('button', { name: 'Done' }).click();

    const alerts = page.getByRole('switch', { name: 'Sign-in alerts in Sam’s phone' });
    await alerts.click();
    await expect(alerts).toHaveAttribute('aria-checked', 'false');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Unlink Sam’s phone' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click();
    await expect(page.getByText('No chat is linked yet.')).toBeVisible();

    await botReports(url, { code: 'conflict', lastError: '409: terminated by other getUpdates' });
    await page.goto(`${url}/settings/telegram`);
    await expect(page.getByRole('alert')).toContainText('Another program asks Telegram');
    await expect(page.getByRole('alert')).toContainText('terminated by other getUpdates');
    await expectAccessible(page);
    await page.goto(`${url}/settings/system`);
    await expect(page.getByRole('main')).toContainText('Another program asks Telegram');
  } finally {
    await portal.stop();
  }
});

test('the status view is made, refreshed and dropped from the page of the system', async ({
  freshPortal,
  context,
  page,
}) => {
  await context.addCookies(await setUp(freshPortal));
  await page.goto(`${freshPortal.url}/`);
  await page.getByRole('link', { name: 'Look at the system' }).click();
  await expect(page.getByText('It is not made; statuses are counted live.')).toBeVisible();

  const keep = page.getByRole('switch', { name: 'Keep the status view' });
  await keep.click();
  await expect(page.getByText('The status view is made.')).toBeVisible();
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(page.getByText('The status view is up to date.')).toBeVisible();
  await expectAccessible(page);
  await keep.click();
  await expect(page.getByText('The status view is dropped.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Refresh now' })).toBeHidden();
});

test('a viewer has a bell and their own choices, and no page of an admin', async ({
  freshPortal: { url, ...portal },
  context,
  browser,
}) => {
  await context.addCookies(await setUp({ url, ...portal }));
  const lins = await browser.newContext();
  await asLin(context.request, lins.request, url, 'viewer');
  const page = await lins.newPage();

  await page.goto(`${url}/profile/notifications`);
  await expect(page.getByRole('checkbox', { name: 'Users who expire soon: Panel' })).toBeVisible();
  await expect(page.getByRole('checkbox', { name: 'Snapshots made: Panel' })).toHaveCount(0);
  await page.getByRole('button', { name: /^Notifications/ }).click();
  await expect(page.getByText('Nothing has happened yet')).toBeVisible();
  await page.goto(url);
  await expect(page.getByRole('link', { name: 'Look at the system' })).toHaveCount(0);
  for (const address of ['/settings/system', '/settings/notifications', '/settings/telegram']) {
    await page.goto(url + address);
    await expect(page.getByRole('heading', { level: 1, name: 'Admins only' })).toBeVisible();
  }
});

async function confirm(page: Page, action: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Your password').fill(sam.password);
  await dialog.getByRole('button', { name: action }).click();
}

/** Takes whatever is posted, and tells which events it was. */
async function receiving() {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await textOf(request));
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/events`,
    events: () => bodies.map((body) => String(JSON.parse(body).event)),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

/** A portal with a colleague, and users that she can extend. */
async function withLin(
  portal: Parameters<typeof setUp>[0],
  context: BrowserContext,
  browser: Browser,
) {
  await context.addCookies(await setUp(portal));
  const { request: lin } = await browser.newContext();
  await asLin(context.request, lin, portal.url);
  return { lin, ids: await datedUsersOf(context.request, portal.url, 3) };
}
