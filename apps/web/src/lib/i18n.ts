import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { host } from '#locales/en/host.ts';
import type { system } from '#locales/en/system.ts';
import { en } from '#locales/en.ts';
import { pseudoOf, type Tree } from './pseudo-locale.ts';
import type { SettingsWords } from './settings-words.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: {
      translation: typeof en & SettingsWords & { host: typeof host; system: typeof system };
    };
    nsSeparator: false;
  }
}

void i18next.use(initReactI18next).init({
  lng: chosenLanguage(),
  fallbackLng: 'en',
  resources: { en: { translation: en }, pseudo: { translation: pseudoOf(en) } },
  interpolation: { escapeValue: false }, // React escapes.
  // Actions are named `servers:update`, and their sentences by them.
  nsSeparator: false,
});

/** Words that come with the pages that say them, so that the first page need not wait for them. */
export function addWords(words: Tree): void {
  i18next.addResourceBundle('en', 'translation', words, true);
  i18next.addResourceBundle('pseudo', 'translation', pseudoOf(words), true);
}

/** `?lng=pseudo` accents and brackets every sentence, so that a plain one is seen to be untranslated. */
function chosenLanguage(): string {
  const asked = new URLSearchParams(location.search).get('lng');
  if (asked === 'pseudo' || asked === 'en') localStorage.setItem('language', asked);
  return localStorage.getItem('language') ?? 'en';
}

export { i18next };
