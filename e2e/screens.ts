import fs from 'node:fs';
import path from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from '@playwright/test';
import sharp from 'sharp';
import { findBrowser } from './browser.ts';
import { colleagues, letIn } from './colleagues.ts';
import { openMachine } from './machine.ts';
import { botToken } from './news.ts';
import { type Portal, startPortal } from './portal.ts';
import { addresses, prepareScenes, type Scene, sceneOf } from './scenes.ts';
import { sam, setUp } from './test.ts';

// Pictures of the running product for docs/screens/: `pnpm --filter @cmp/e2e screens`. Every page on an empty data
// directory with the sample data, and the first pages without any, in the light and the dark theme and at a phone's
// width. Names that follow the command are the only ones taken: `… screens palette jobs`.

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

const firstUse = {
  'first-overview': '/',
  'first-servers': '/servers',
  'first-users': '/users',
  'first-audit': '/audit',
  'first-snapshots': '/snapshots',
};

const wanted = process.argv.slice(2);
const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);
const folder = path.resolve(import.meta.dirname, '../docs/screens');
fs.mkdirSync(folder, { recursive: true });
const { executablePath, args, env } = await findBrowser();
const browser = await chromium.launch({ executablePath, args, ...(env && { env }) });
try {
  if (Object.keys(firstUse).some(isWanted)) await shootFirstUse(browser);
  await shootAll(browser);
} finally {
  await browser.close();
}

async function shootAll(browser: Browser): Promise<void> {
  const machine = await openMachine();
  const portal = await startPortal({
    BOT_SERVICE_TOKEN: botToken,
    HELPER_SOCKET: machine.socket,
  });
  try {
    const cookies = await setUp(portal);
    const plans = await inLook(browser, 'light', async (page, context) => {
      await context.addCookies(cookies);
      return prepareScenes(page, portal.url);
    });
    for (const look of Object.keys(looks))
      await inLook(browser, look, async (page, context) => {
        await page.goto(`${portal.url}/login`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        if (isWanted('sign-in')) await shoot(page, 'sign-in', look);
        await context.addCookies(cookies);
        for (const [name, scene] of Object.entries<Scene>({ ...addresses, ...plans }).filter(
          ([name]) => isWanted(name),
        )) {
          const { address, act, undo } = sceneOf(scene);
          await open(page, portal.url + address);
          await act?.(page);
          await shoot(page, name, look);
          await undo?.(page);
        }
      });
    await shootColleagues(browser, portal, cookies);
  } finally {
    await portal.stop();
    machine.close();
  }
}

/** Last, since letting them in would be in the pictures before. */
async function shootColleagues(
  browser: Browser,
  portal: Portal,
  cookies: Awaited<ReturnType<typeof setUp>>,
): Promise<void> {
  for (const [name, colleague] of Object.entries(colleagues).filter(([name]) => isWanted(name))) {
    const sam = await browser.newContext();
    await sam.addCookies(cookies);
    const theirs = await browser.newContext();
    await letIn(sam.request, theirs.request, portal.url, colleague);
    for (const look of Object.keys(looks))
      await inLook(browser, look, async (page, context) => {
        await context.addCookies(await theirs.cookies());
        await open(page, portal.url + colleague.address);
        await shoot(page, name, look);
      });
    await Promise.all([sam.close(), theirs.close()]);
  }
}

async function shootFirstUse(browser: Browser): Promise<void> {
  const portal = await startPortal();
  try {
    const cookies = await setUp(portal, { ...sam, sampleData: false });
    for (const look of Object.keys(looks))
      await inLook(browser, look, async (page, context) => {
        await context.addCookies(cookies);
        for (const [name, address] of Object.entries(firstUse).filter(([name]) => isWanted(name))) {
          await open(page, portal.url + address);
          await shoot(page, name, look);
        }
      });
  } finally {
    await portal.stop();
  }
}

async function inLook<T>(
  browser: Browser,
  look: string,
  act: (page: Page, context: BrowserContext) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({
    ...looks[look],
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  try {
    return await act(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

async function open(page: Page, address: string): Promise<void> {
  await page.goto(address, { waitUntil: 'networkidle' });
  await page.getByRole('heading', { level: 1 }).first().waitFor();
}

async function shoot(page: Page, name: string, look: string): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.skeleton') === null);
  // A palette halves the files, and of flat colour loses nothing that the eye would miss.
  await sharp(await page.screenshot())
    .png({ palette: true, effort: 10 })
    .toFile(path.join(folder, `${name}-${look}.png`));
}
