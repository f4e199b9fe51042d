import { afterEach, expect, test } from 'vitest';
import { changeAppearance, followAppearance, followSiteTheme } from './appearance.ts';

followAppearance();
afterEach(() => {
  changeAppearance({ theme: 'system', density: 'cosy' });
  followSiteTheme('system');
});

test('a chosen theme is shown at once and remembered', () => {
  changeAppearance({ theme: 'dark' });

  expect(document.documentElement.dataset.theme).toBe('dark');
  expect(JSON.parse(localStorage.getItem('appearance') ?? '{}')).toMatchObject({ theme: 'dark' });
});

test('changing one thing keeps the others', () => {
  changeAppearance({ theme: 'dark' });
  changeAppearance({ density: 'compact' });

  expect(document.documentElement.dataset).toMatchObject({ theme: 'dark', density: 'compact' });
});

test('a choice in another tab is followed', () => {
  localStorage.setItem('appearance', JSON.stringify({ theme: 'dark' }));
  dispatchEvent(new StorageEvent('storage', { key: 'appearance' }));

  expect(document.documentElement.dataset.theme).toBe('dark');
});

test('a spoilt memory falls back to the system', () => {
  changeAppearance({ theme: 'dark' });
  localStorage.setItem('appearance', '{"theme":"mauve"');
  dispatchEvent(new StorageEvent('storage', { key: 'appearance' }));

  expect(document.documentElement.dataset.theme).toBe('light');
});

test('the site’s theme holds where none was chosen, and is remembered for the next page', () => {
  changeAppearance({ theme: undefined });

  followSiteTheme('dark');

  expect(document.documentElement.dataset.theme).toBe('dark');
  expect(localStorage.getItem('site-theme')).toBe('dark');
});

test('a choice of one’s own stands before the site’s theme', () => {
  changeAppearance({ theme: 'light' });

  followSiteTheme('dark');

  expect(document.documentElement.dataset.theme).toBe('light');
});
