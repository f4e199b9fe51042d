import fs from 'node:fs';
import path from 'node:path';
import { type BrowserContextOptions, chromium } from '@playwright/test';
import { findBrowser } from './browser.ts';
import { startPortal } from './portal.ts';
import { setUp } from './test.ts';

// Pictures of the running product for docs/screens/: `pnpm --filter @cmp/e2e screens`. Every page on an empty data
// directory with the sample data, in the light and the dark theme and at a phone's width.

const pages = {
  overview: '/',
  servers: '/servers',
  server: '/servers/1',
  'server-user': '/servers/1?row=1',
  import: '/servers/1/import',
  users: '/users?q=aung',
  audit: '/audit',
  accounts: '/accounts',
  settings: '/settings/general',
  services: '/settings/services',
  database: '/settings/database',
  storage: '/settings/storage',
  profile: '/profile/security',
};

const looks: Record<string, BrowserContextOptions> = {
  light: { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  dark: { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  phone: {
    viewport: { width: 390, height: 844 },
    colorScheme: 'light',
    hasTouch: true,
    isMobile: true,
  },
};

const folder = path.resolve(import.meta.dirname, '../docs/screens');
fs.mkdirSync(folder, { recursive: true });
const portal = await startPortal();
const { executablePath, args, env } = await findBrowser();
const browser = await chromium.launch({ executablePath, args, ...(env && { env }) });
try {
  const cookies = await setUp(portal);
  for (const [look, options] of Object.entries(looks)) {
    const context = await browser.newContext({
      ...options,
      locale: 'en-GB',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await page.goto(`${portal.url}/login`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.screenshot({ path: path.join(folder, `sign-in-${look}.png`) });

    await context.addCookies(cookies);
    for (const [name, address] of Object.entries(pages)) {
      await page.goto(portal.url + address, { waitUntil: 'networkidle' });
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.screenshot({ path: path.join(folder, `${name}-${look}.png`) });
    }
    await context.close();
  }
} finally {
  await browser.close();
  await portal.stop();
}
