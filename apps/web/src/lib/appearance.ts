import * as z from 'zod';
import { createStore, useStore } from './store.ts';

export const Theme = z.enum(['system', 'light', 'dark']);
export type Theme = z.infer<typeof Theme>;
const Density = z.enum(['comfortable', 'cosy', 'compact']);

/** How this browser shows the panel. It belongs to the device, not to the account. */
export const Appearance = z.object({
  theme: Theme.default('system'),
  density: Density.default('cosy'),
  shortcuts: z.boolean().default(true),
  rail: z.enum(['open', 'narrow']).default('open'),
});
export type Appearance = z.infer<typeof Appearance>;

const storageKey = 'appearance';
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const canvasOf = { light: '#f7f6f1', dark: '#091218' } as const;

/** The appearance in force; setting it stores and applies it at once. */
export const appearance = createStore<Appearance>(stored());

/** Changes what is named and keeps the rest. */
export function changeAppearance(change: Partial<Appearance>): void {
  appearance.set({ ...appearance.get(), ...change });
  try {
    localStorage.setItem(storageKey, JSON.stringify(appearance.get()));
  } catch {
    // Private windows may refuse storage: the choice then lasts as long as the page.
  }
}

/** Opens the rail to words, or narrows it to signs. */
export function toggleRail(): void {
  changeAppearance({ rail: appearance.get().rail === 'open' ? 'narrow' : 'open' });
}

/** Keeps the document in step with the choice, the system and the other tabs. */
export function followAppearance(): void {
  apply();
  appearance.subscribe(apply);
  systemDark.addEventListener('change', apply);
  addEventListener('storage', (event) => {
    if (event.key === storageKey) appearance.set(stored());
  });
}

export const useAppearance = (): Appearance => useStore(appearance);

/** The theme that is shown, whoever chose it. */
export function shownTheme(theme: Appearance['theme']): 'light' | 'dark' {
  if (theme !== 'system') return theme;
  return systemDark.matches ? 'dark' : 'light';
}

function apply(): void {
  const { theme, density } = appearance.get();
  const shown = shownTheme(theme);
  document.documentElement.dataset.theme = shown;
  document.documentElement.dataset.density = density;
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', canvasOf[shown]);
}

function stored(): Appearance {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    return Appearance.catch(Appearance.parse({})).parse(found);
  } catch {
    return Appearance.parse({});
  }
}
