import type { Page } from '@playwright/test';
import { asLin, botReports, datedUsersOf, extendMany, lin } from './news.ts';

/** An address, what is done there before the picture is taken, and what undoes it for the pictures after. */
export type Scene = string | LongScene;

interface LongScene {
  address: string;
  act?: (page: Page) => Promise<void>;
  undo?: (page: Page) => Promise<void>;
}

/** The pages that need nothing made first. */
export const addresses: Record<string, Scene> = {
  overview: '/',
  servers: '/servers',
  'server-new': {
    address: '/servers',
    act: (page) => press(page, 'Add server'),
  },
  server: '/servers/1',
  'server-user': '/servers/1?row=1',
  'server-new-user': {
    address: '/servers/1',
    act: (page) => press(page, 'Add user'),
  },
  'server-bulk': { address: '/servers/1', act: tickThree },
  'server-empty': '/servers/5',
  'users-none': '/users?q=nobody-of-that-name',
  users: '/users?q=aung',
  palette: {
    address: '/servers/1',
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.type('sg');
      await page.waitForTimeout(400);
    },
  },
  jobs: {
    address: '/',
    act: async (page) => {
      await page.keyboard.press('Control+j');
      await page.getByRole('heading', { name: 'Jobs' }).waitFor();
    },
  },
  import: '/servers/1/import',
  audit: '/audit',
  'audit-undo': {
    address: '/audit?action=users:extend',
    act: async (page) => {
      await press(page, 'Details of this change');
      await press(page, 'Undo…');
      await page
        .getByText(/set back/)
        .first()
        .waitFor();
    },
  },
  accounts: '/accounts',
  'account-new': '/accounts/new',
  account: '/accounts/2',
  'account-access': '/accounts/2/access',
  'account-sessions': '/accounts/1/sessions',
  settings: '/settings/general',
  services: '/settings/services',
  database: '/settings/database',
  telegram: '/settings/telegram',
  'remote-server': '/settings/remote-server',
  certificate: '/settings/certificate',
  mail: '/settings/mail',
  storage: '/settings/storage',
  'settings-notifications': '/settings/notifications',
  system: '/settings/system',
  'system-machine': {
    address: '/settings/system',
    act: async (page) => {
      await page.getByRole('heading', { name: 'User status view' }).scrollIntoViewIfNeeded();
    },
  },
  'system-restart': {
    address: '/settings/system',
    act: async (page) => {
      await page.getByRole('button', { name: 'Worker: Restart…' }).click();
      await page.getByRole('dialog').waitFor();
      await page.waitForTimeout(400);
    },
  },
  'status-view': {
    address: '/settings/system',
    act: async (page) => {
      await switchStatusView(page, true);
      for (let refresh = 0; refresh < 9; refresh++)
        await post(page, new URL(`${statusView}/refresh?mode=now`, page.url()).href, {});
      await page.reload();
      await page.getByText(/^Schedule: /).scrollIntoViewIfNeeded();
    },
    undo: (page) => switchStatusView(page, false),
  },
  'settings-unsaved': {
    address: '/settings/storage',
    act: (page) => page.getByLabel('Daily').fill('21'),
  },
  snapshots: '/snapshots',
  restore: '/snapshots/restore',
  profile: '/profile/details',
  security: '/profile/security',
  appearance: '/profile/appearance',
  'own-notifications': '/profile/notifications',
  'own-notifications-unsaved': {
    address: '/profile/notifications',
    act: (page) => page.getByRole('checkbox', { name: 'Imports: Mail' }).check(),
  },
  'link-chat': {
    address: '/profile/notifications',
    act: async (page) => {
      await botReports(new URL(page.url()).origin);
      await page.reload();
      await press(page, 'Link a chat');
      await page.getByRole('dialog').getByText('Open Telegram').waitFor();
      await page.waitForTimeout(400);
    },
  },
  news: '/notifications',
  bell: {
    address: '/servers',
    act: async (page) => {
      await page.getByRole('button', { name: /^Notifications/ }).click();
      await page.getByRole('dialog', { name: 'Notifications' }).waitFor();
      await page.waitForTimeout(600);
    },
  },
  'not-found': '/nowhere',
};

/** Makes an account, an empty server, news of a colleague’s acts, a checked and a finished import, a snapshot and the plan to restore it. */
export async function prepareScenes(page: Page, url: string): Promise<Record<string, Scene>> {
  await post(page, `${url}/api/accounts`, {
    username: 'may',
    displayName: 'May Thazin',
    email: 'may@example.net',
    role: 'server_admin',
  });
  await post(page, `${url}/api/servers`, { name: 'HK-2 Kwai' });

  await makeNews(page, url);

  const checked = await checkImport(page, url);
  const finished = await checkImport(page, url);
  await page.getByRole('button', { name: /^Import \d+ valid rows/ }).click();
  await page.getByRole('link', { name: 'View the users' }).waitFor();

  await page.goto(`${url}/snapshots`, { waitUntil: 'networkidle' });
  await press(page, 'Make a snapshot');
  await page.getByRole('menuitem', { name: /^Everything/ }).click();
  await page.getByRole('button', { name: /^What can be done/ }).waitFor({ timeout: 30_000 });
  await page.getByRole('button', { name: /^What can be done/ }).click();
  await page.getByRole('menuitem', { name: 'Restore…' }).click();
  await page.getByLabel('Replace').check();
  await press(page, 'Show what would change');
  await page.getByRole('heading', { name: 'What would change' }).waitFor();
  return {
    'import-check': checked,
    'import-done': finished,
    'restore-plan': new URL(page.url()).pathname,
  };
}

/** What others do is news: one's own acts are not told. */
async function makeNews(page: Page, url: string): Promise<void> {
  const lins = await page.context().browser()?.newContext();
  if (!lins) throw new Error('The page has no browser.');
  await asLin(page.request, lins.request, url);
  const ids = await datedUsersOf(page.request, url, 3);
  await extendMany(lins.request, url, ids);
  await extendMany(lins.request, url, [
    ...ids.slice(0, 2),
    ...(await datedUsersOf(page.request, url, 1)),
  ]);
  await lins.request.patch(`${url}/api/settings/general`, {
    headers: { origin: url },
    data: { version: 1, values: { soonWindowHours: 72 } },
  });
  await lins.request.patch(`${url}/api/settings/certificate`, {
    headers: { origin: url },
    data: { version: 1, password: lin.password, values: { domain: 'portal.example.net' } },
  });
  await lins.close();
}

/** What a scene asks for, in its long form. */
export function sceneOf(scene: Scene): LongScene {
  return typeof scene === 'string' ? { address: scene } : scene;
}

async function checkImport(page: Page, url: string): Promise<string> {
  await page.goto(`${url}/servers/2/import`);
  await page.locator('input[type=file]').setInputFiles({
    name: 'users-nov.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(sheet),
  });
  await press(page, 'Check the file');
  await page.getByText('did you mean Basic?').waitFor();
  return new URL(page.url()).pathname;
}

const sheet = `account_name,service_type,expire_date
nila-home,basic,2027-02-24
office-3F,unlimited,2026-12-18
ko.htet,mini,2027-01-31
maria.k,Basik,2027-02-01
shop-12,mini,31/13/26
`;

const statusView = '/api/admin/matviews/user_status_matview';

async function switchStatusView(page: Page, exists: boolean): Promise<void> {
  const { href, origin } = new URL(statusView, page.url());
  const answer = await page.request.put(href, { headers: { origin }, data: { exists } });
  if (!answer.ok()) throw new Error(`${href}: ${await answer.text()}`);
}

async function tickThree(page: Page): Promise<void> {
  const ticks = page.getByRole('grid').getByRole('checkbox', { name: /^Select (?!the users)/ });
  for (const row of [1, 2, 4]) {
    if (await ticks.nth(row).isVisible()) await ticks.nth(row).click();
  }
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).first().click();
  await page.waitForTimeout(300);
}

async function post(page: Page, address: string, data: object): Promise<void> {
  const answer = await page.request.post(address, {
    headers: { origin: new URL(address).origin },
    data,
  });
  if (!answer.ok()) throw new Error(`${address}: ${await answer.text()}`);
}
