import { expect, expectAccessible, setUp, test } from './test.ts';

test.beforeEach(async ({ freshPortal, context }) => {
  await context.addCookies(await setUp(freshPortal));
});

test('a link to a deleted user says who deleted it and brings it back', async ({
  freshPortal,
  page,
}) => {
  await page.goto(`${freshPortal.url}/servers/1?row=2`);
  const drawer = page.getByRole('complementary', { name: /^User / });
  const name = await drawer.getByRole('heading', { level: 2 }).textContent();
  await drawer.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText(`Deleted ${name}.`)).toBeVisible();

  await page.goto(`${freshPortal.url}/servers/1?row=2`);
  await expect(page.getByText(`${name} was deleted by sam, just now.`)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Undo the deletion' }).click();

  await expect(drawer.getByRole('heading', { level: 2, name: name ?? '' })).toBeVisible();
  await page.goto(`${freshPortal.url}/servers/1?row=99999`);
  await expect(
    page.getByText('It was deleted, or moved to a server you cannot see.'),
  ).toBeVisible();
});

test('a link to a deleted server says who deleted it and brings it back', async ({
  freshPortal,
  page,
}) => {
  await page.goto(`${freshPortal.url}/servers/2`);
  await page.getByRole('main').getByRole('button', { name: 'More for SG-2 Jurong' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(page.getByText(/^Deleted SG-2 Jurong with/)).toBeVisible();

  await page.goto(`${freshPortal.url}/servers/2`);
  await expect(page.getByText('SG-2 Jurong was deleted by sam, just now.')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Undo the deletion' }).click();

  await expect(page.getByRole('heading', { level: 1, name: 'SG-2 Jurong' })).toBeVisible();
  await page.goto(`${freshPortal.url}/servers/99999`);
  await expect(page.getByText('There is no such server among those you can see.')).toBeVisible();
});

test('moments are told by the site’s clock, with the reader’s beside it', async ({
  freshPortal,
  page,
}) => {
  const { version } = await (
    await page.request.get(`${freshPortal.url}/api/settings/general`)
  ).json();
  const set = await page.request.patch(`${freshPortal.url}/api/settings/general`, {
    headers: { origin: freshPortal.url },
    data: { version, values: { timeZone: 'Asia/Yangon' } },
  });
  expect(set.status()).toBe(200);

  await page.goto(`${freshPortal.url}/audit`);
  await page.getByRole('main').getByRole('button', { expanded: false }).first().click();

  const moment = page.getByRole('main').locator('time.tnum:not(.whitespace-nowrap)').first();
  const at = new Date((await moment.getAttribute('datetime')) ?? '');
  const inYangon = new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'Asia/Yangon',
  });
  await expect(moment).toHaveText(inYangon.format(at));
  await expect(moment).toHaveAttribute('title', /, Asia\/Yangon\n.* where you are$/);
});
