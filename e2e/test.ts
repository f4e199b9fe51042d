import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { type Portal, startPortal } from './portal.ts';

export const sam = { username: 'sam', password: 'tide-harbour-lantern-42', displayName: 'Sam' };

interface Fixtures {
  /** A portal of this test's own that nobody has set up yet. */
  freshPortal: Portal;
  /** A page of the worker's portal with Sam, its admin, signed in. */
  samsPage: Page;
}

interface WorkerFixtures {
  /** The worker's portal, set up with Sam and the sample data. */
  portal: Portal & { samsCookies: Awaited<ReturnType<typeof setUp>> };
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  portal: [
    async ({}, use) => {
      const portal = await startPortal();
      await use({ ...portal, samsCookies: await setUp(portal) });
      await portal.stop();
    },
    { scope: 'worker' },
  ],
  freshPortal: async ({}, use) => {
    const portal = await startPortal();
    await use(portal);
    await portal.stop();
  },
  baseURL: async ({ portal }, use) => use(portal.url),
  samsPage: async ({ portal, context, page }, use) => {
    await context.addCookies(portal.samsCookies);
    await use(page);
  },
  // A page that complains in the console has a fault, whatever it looks like.
  page: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      const isRefusal = /Failed to load resource: the server responded with a status of 4/;
      if (message.type() === 'error' && !isRefusal.test(message.text()))
        complaints.push(message.text());
    });
    await use(page);
    expect(complaints).toEqual([]);
  },
});
export { expect };

export async function setUp(
  { url, setupLink }: Portal,
  account: typeof sam & { sampleData: boolean } = { ...sam, sampleData: true },
) {
  const token = new URL(setupLink).searchParams.get('token');
  const response = await fetch(`${url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ token, ...account }),
  });
  if (response.status !== 201) throw new Error(await response.text());
  return response.headers.getSetCookie().map((header) => {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
    const path = /path=([^;]+)/i.exec(header)?.[1] ?? '/';
    return { name, value, domain: 'localhost', path, httpOnly: true, sameSite: 'Strict' as const };
  });
}

/** No fault that axe knows of (WCAG 2.2 AA), in the light and in the dark theme. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target)}`);
    expect(found, `${page.url()} in ${colorScheme}`).toEqual([]);
  }
}
