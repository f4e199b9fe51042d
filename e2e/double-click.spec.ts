import { expect, setUp, test } from './test.ts';

test('a double click extends once, switches once and imports once', async ({
  freshPortal,
  context,
  page,
}) => {
  await context.addCookies(await setUp(freshPortal));
  const writes: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET') writes.push(new URL(request.url()).pathname);
  });
  await page.goto(`${freshPortal.url}/servers/3`);
  await page.getByRole('button', { name: '+1 month' }).first().dblclick();
  await expect(page.getByText(/^Extended /)).toBeVisible();
  await page.getByRole('switch').nth(1).dblclick();
  await expect(page.getByText(/^Disabled /)).toBeVisible();

  await page.goto(`${freshPortal.url}/servers/3/import`);
  await page.locator('input[type=file]').setInputFiles({
    name: 'list.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('account_name\nzoe\n'),
  });
  await page.getByRole('button', { name: 'Check the file' }).dblclick();
  await page.getByRole('button', { name: /^Import 1/ }).dblclick();
  await expect(page.getByRole('heading', { name: 'Imported' })).toBeVisible();

  expect(writes.map((path) => path.replaceAll(/\d+/g, 'n'))).toEqual([
    '/api/users/n/extend',
    '/api/users/n',
    '/api/servers/n/users/import',
    '/api/plans/n/commit',
  ]);
});
