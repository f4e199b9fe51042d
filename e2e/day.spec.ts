import { expect, expectAccessible, test } from './test.ts';

test.setTimeout(90_000);

test('an operator adds a server, imports a list, renews a user and takes both back', async ({
  samsPage: page,
}) => {
  await page.goto('/servers');
  await page.getByRole('button', { name: 'Add server' }).click();
  await page.getByLabel('Name', { exact: true }).fill('HK-2 Kwai');
  await page.getByLabel('IP address').fill('203.0.113.77');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Add server' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('HK-2 Kwai');

  await page.getByRole('link', { name: 'Import' }).click();
  await page.locator('input[type=file]').setInputFiles({
    name: 'users.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(
      [
        'account_name,service_type,expire_date',
        'ko.htet,mini,2027-01-31',
        '=SUM(1),basic,',
        'may.phoo,Basik,2027-02-01',
      ].join('\n'),
    ),
  });
  await page.getByRole('button', { name: 'Check the file' }).click();
  await expect(page.getByText('did you mean Basic?')).toBeVisible();
  await expectAccessible(page);
  const address = page.url();
  await page.goto('/');
  await page.goto(address);
  await page.getByRole('button', { name: 'Import 2 valid rows, leave out the errors' }).click();
  await expect(page.getByText('2 added')).toBeVisible();
  await page.getByRole('link', { name: 'View the users' }).click();
  await expect(page.getByText('=SUM(1)')).toBeVisible();

  await page.getByText('ko.htet').click();
  const drawer = page.getByRole('complementary', { name: 'User ko.htet' });
  await expectAccessible(page);
  await drawer.getByRole('button', { name: /^\+1 m/ }).click();
  await expect(page.getByText(/Extended ko\.htet to .*28 Feb 2027/)).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await expect(page.getByText('Undone.')).toBeVisible();
  await expect(page.getByText('2027-01-31').first()).toBeVisible();

  await page.goto('/audit');
  await expect(
    page.getByRole('main').getByText(/undid/i).and(page.locator(':not(option)')).first(),
  ).toBeVisible();
  await expectAccessible(page);
});
