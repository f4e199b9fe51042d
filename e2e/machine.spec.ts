import { openMachine } from './machine.ts';
import { startPortal } from './portal.ts';
import { expect, expectAccessible, sam, setUp, test } from './test.ts';

// Two portals' starts and three looks of axe's, beside whatever else the machine does.
test.setTimeout(90_000);

test('an admin restarts the worker and renews the certificate where the portal is installed as services', async ({
  context,
  page,
}) => {
  const machine = await openMachine();
  const portal = await startPortal({ HELPER_SOCKET: machine.socket });
  try {
    await context.addCookies(await setUp(portal));
    await page.goto(`${portal.url}/settings/system`);
    const units = page.getByRole('list', { name: 'What runs on this machine' });
    await expect(units.getByRole('listitem')).toHaveCount(4);
    await expect(units).toContainText('Its last run ended by “watchdog”');
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Worker: Restart…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Restart the worker?' });
    await expect(dialog.getByLabel('Your password')).toBeFocused();
    await dialog.getByLabel('Your password').fill('not this one');
    await dialog.getByRole('button', { name: 'Restart' }).click();
    await expect(dialog).toContainText('This is not your password.');
    await expectAccessible(page);
    expect(machine.asked).toEqual([]);
    await dialog.getByLabel('Your password').fill(sam.password);
    await dialog.getByRole('button', { name: 'Restart' }).click();
    await expect(units.getByText('Restarting…')).toBeVisible();
    await expect(page.getByText('The worker was restarted.')).toBeVisible({ timeout: 10_000 });
    await expect(units.getByText('Restarting…')).toBeHidden();

    await page.getByRole('link', { name: 'Certificate', exact: true }).click();
    await page.getByRole('button', { name: 'Certificate renewal: Renew now…' }).click();
    await page.getByLabel('Your password').fill(sam.password);
    await page.getByRole('button', { name: 'Renew', exact: true }).click();
    await expect(page.getByText('Renewing…')).toBeVisible();
    await expect(page.getByText('The renewal has run.')).toBeVisible({ timeout: 10_000 });
    await expect(page.getByText('Done')).toBeVisible();
    await expectAccessible(page);
    expect(machine.asked).toEqual(['restart-worker', 'certificate-renew']);
  } finally {
    await portal.stop();
    machine.close();
  }
});

test('nothing of it is there where nothing can be asked of the machine', async ({
  samsPage: page,
}) => {
  await page.goto('/settings/system');
  await expect(page.getByRole('list', { name: 'All its parts' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'This machine' })).toHaveCount(0);
  await page.goto('/settings/certificate');
  await expect(page.getByRole('heading', { name: 'What is watched' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Renewal' })).toHaveCount(0);
});
