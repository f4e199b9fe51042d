import { expect, expectAccessible, setUp, test } from './test.ts';

test('two ticked users are extended by a month at once, and one Undo takes it back', async ({
  freshPortal,
  context,
  page,
}) => {
  await context.addCookies(await setUp(freshPortal));
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${freshPortal.url}/servers/3`);
  const grid = page.getByRole('grid');
  const dates = grid.locator('.pulse-date');
  await expect(dates.nth(1)).toBeVisible();
  const before = await dates.allInnerTexts();
  const dated = before.flatMap((text, row) => (/^\d{4}-/.test(text) ? [row] : []));
  const [first = 0, second = 0] = dated;

  const ticks = grid.getByRole('checkbox', { name: /^Select (?!the users)/ });
  await ticks.nth(first).click();
  await grid
    .getByRole('row')
    .nth(second + 1)
    .getByRole('checkbox')
    .click();
  const bar = page.getByRole('toolbar', { name: 'What to do with the ticked users' });
  await expect(bar.getByText('2 selected')).toBeVisible();
  await expect(ticks.nth(first)).toBeChecked();
  await expectAccessible(page);

  await bar.getByRole('button', { name: '+1 month' }).click();
  await expect(page.getByText('Extended 2 users.')).toBeVisible();
  await expect(bar).toBeHidden();
  await expect.poll(async () => changedRows(before, await dates.allInnerTexts())).not.toEqual([]);

  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Undone.')).toBeVisible();
  await expect.poll(async () => dates.allInnerTexts()).toEqual(before);
});

test('rows are ticked by keys, in a range with Shift, and all that are here by the head', async ({
  samsPage: page,
}) => {
  await page.goto('/servers/3');
  const grid = page.getByRole('grid');
  const ticks = grid.getByRole('checkbox', { name: /^Select (?!the users)/ });
  const bar = page.getByRole('toolbar', { name: 'What to do with the ticked users' });
  await expect(ticks.nth(4)).toBeVisible();
  await grid.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press(' ');
  await expect(page.getByText('1 selected')).toBeVisible();
  await page.keyboard.press('x');
  await expect(bar).toHaveCount(0);

  await ticks.nth(1).click();
  await ticks.nth(3).click({ modifiers: ['Shift'] });
  await expect(page.getByText('3 selected')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(bar).toHaveCount(0);

  const head = grid.getByRole('checkbox', { name: 'Select the users loaded here' });
  await head.check();
  await expect(page.getByText(/^\d+ selected$/)).toBeVisible();
  await expect(ticks.nth(0)).toBeChecked();
  await bar.getByRole('button', { name: 'Clear' }).click();
  await expect(head).not.toBeChecked();
});

const changedRows = (before: string[], after: string[]) =>
  after.filter((text, row) => text !== before[row]);
