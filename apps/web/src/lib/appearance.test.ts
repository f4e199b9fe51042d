import { afterEach, expect, test } from 'vitest';
import { changeAppearance, followAppearance } from './appearance.ts';

followAppearance();
afterEach(() => changeAppearance({ theme: 'system', density: 'cosy' }));

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
