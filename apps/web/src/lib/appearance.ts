import * as z from 'zod';
import { createStore, useStore } from './store.ts';
import { useMedia } from './use-media.ts';

export const Theme = z.enum(['system', 'light', 'dark']);
export type Theme = z.infer<typeof Theme>;
const Density = z.enum(['comfortable', 'cosy', 'compact']);

/** How this browser shows the panel. It belongs to the device, not to the account. */
export const Appearance = z.object({
  /** Undefined: the site's, until one is chosen here. */
  theme: Theme.optional(),
  density: Density.default('cosy'),
  shortcuts: z.boolean().default(true),
  rail: z.enum(['open', 'narrow']).default('open'),
});
export type Appearance = z.infer<typeof Appearance>;

const storageKey = 'appearance';
const siteThemeKey = 'site-theme';
const prefersDark = '(prefers-color-scheme: dark)';
const systemDark = matchMedia(prefersDark);
const canvasOf = { light: '#f7f6f1', dark: '#091218' } as const;

/** The appearance in force; setting it stores and applies it at once. */
export const appearance = createStore<Appearance>(stored());

/** What the site looks like to those who did not choose; kept, because the next page is drawn before it is known. */
const siteTheme = createStore<Theme>(storedSiteTheme());

/** Takes over what the site says of its theme. */
export function followSiteTheme(theme: Theme): void {
  siteTheme.set(theme);
  try {
    localStorage.setItem(siteThemeKey, theme);
  } catch {
    // Private windows may refuse storage: the next page then begins as the system says.
  }
}

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
  siteTheme.subscribe(apply);
  systemDark.addEventListener('change', apply);
  addEventListener('storage', (event) => {
    if (event.key === storageKey) appearance.set(stored());
  });
}

/** The appearance, with the site's theme where none was chosen. */
export function useAppearance(): Appearance & { theme: Theme } {
  const chosen = useStore(appearance);
  const bySite = useStore(siteTheme);
  return { ...chosen, theme: chosen.theme ?? bySite };
}

/** The theme that is shown, whoever chose it. */
export function useShownTheme(): 'light' | 'dark' {
  const { theme } = useAppearance();
  const isSystemDark = useMedia(prefersDark);
  return shown(theme, isSystemDark);
}

function shown(theme: Theme, isSystemDark: boolean): 'light' | 'dark' {
  if (theme !== 'system') return theme;
  return isSystemDark ? 'dark' : 'light';
}

function apply(): void {
  const { theme = siteTheme.get(), density } = appearance.get();
  const drawn = shown(theme, systemDark.matches);
  document.documentElement.dataset.theme = drawn;
  document.documentElement.dataset.density = density;
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', canvasOf[drawn]);
}

function storedSiteTheme(): Theme {
  try {
    return Theme.catch('system').parse(localStorage.getItem(siteThemeKey));
  } catch {
    return 'system';
  }
}

function stored(): Appearance {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    return Appearance.catch(Appearance.parse({})).parse(found);
  } catch {
    return Appearance.parse({});
  }
}
