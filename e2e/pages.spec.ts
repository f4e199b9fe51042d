import { expect, expectAccessible, test } from './test.ts';

const pages = [
  { path: '/', name: 'overview' },
  { path: '/servers', name: 'servers' },
  { path: '/servers/1', name: 'a server' },
  { path: '/users', name: 'users' },
  { path: '/servers/1?row=1', name: 'a user' },
  { path: '/servers/1/import', name: 'the import' },
  { path: '/audit', name: 'the audit log' },
  { path: '/accounts', name: 'accounts' },
  { path: '/accounts/new', name: 'new account' },
  { path: '/accounts/1', name: 'an account' },
  { path: '/settings/general', name: 'general settings' },
  { path: '/settings/services', name: 'the services' },
  { path: '/settings/database', name: 'the database' },
  { path: '/settings/telegram', name: 'the bot' },
  { path: '/settings/remote-server', name: 'the remote server' },
  { path: '/settings/certificate', name: 'the certificate' },
  { path: '/settings/mail', name: 'the mail' },
  { path: '/settings/storage', name: 'the storage' },
  { path: '/settings/notifications', name: 'the notifications of the site' },
  { path: '/settings/system', name: 'the system' },
  { path: '/notifications', name: 'the news' },
  { path: '/snapshots', name: 'the snapshots' },
  { path: '/snapshots/restore', name: 'the restore' },
  { path: '/profile/details', name: 'own details' },
  { path: '/profile/security', name: 'own security' },
  { path: '/profile/appearance', name: 'appearance' },
  { path: '/profile/notifications', name: 'own notifications' },
  { path: '/nowhere', name: 'no page' },
];

for (const { path, name } of pages)
  test(`the page ${name} has no fault that axe knows of`, async ({ samsPage }) => {
    await samsPage.goto(path);
    await expect(samsPage.getByRole('heading', { level: 1 })).toBeVisible();

    await expectAccessible(samsPage);
  });

test('no page says anything that is not in the language’s file', async ({ samsPage }) => {
  for (const { path } of pages) {
    await samsPage.goto(`${path}?lng=pseudo`);
    await expect(samsPage.getByRole('heading', { level: 1 })).toBeVisible();

    const texts = await samsPage.evaluate(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found: string[] = [];
      while (walker.nextNode()) {
        const { parentElement, textContent } = walker.currentNode;
        if (!parentElement?.closest('[translate=no]')) found.push(textContent ?? '');
      }
      return found;
    });
    // What passed through the language's file is in ⟦brackets⟧, and what people named is marked translate=no.
    const literal = texts.filter((text) => /[A-Za-z]{4,}/.test(text) && !text.includes('⟦'));
    expect(new Set(literal), path).toEqual(new Set());
  }
});
