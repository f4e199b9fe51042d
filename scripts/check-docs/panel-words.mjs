// What the user guide calls a button, a field or a page by is what the panel writes there.
import fs from 'node:fs';
import path from 'node:path';

const PAGES = /^docs\/user-guide\//;
const LOCALE = 'apps/web/src/locales/en';
/** @type {string | undefined} */
let words;

/**
 * The panel's words stand in italics. What differs is written as …, as in the panel's own labels.
 * @param {string} root
 * @param {import('./pages.mjs').Page} page
 * @returns {string[]}
 */
export function strangeWords(root, page) {
  if (!PAGES.test(page.name)) return [];
  words ??= readWords(root);
  const said = words;
  // Emphasis may go over the end of a line.
  return [...page.prose.matchAll(/(?<![\w/.`-])_([^_|]+?)_(?![\w])/g)].flatMap(
    ({ 1: emphasised = '', index }) => {
      const asWritten = emphasised.replaceAll(/\s+/g, ' ');
      const label = asWritten.replaceAll(/\d+/g, '…');
      if ([asWritten, label].some((text) => said.includes(`'${text}'`))) return [];
      const line = page.prose.slice(0, index).split('\n').length;
      return [`${page.name}:${line}: the panel writes “${asWritten}” nowhere`];
    },
  );
}

/** @param {string} root */
function readWords(root) {
  return fs
    .readdirSync(path.join(root, LOCALE))
    .map((name) => fs.readFileSync(path.join(root, LOCALE, name), 'utf8'))
    .join('\n')
    .replaceAll(/\{\{[^}]*\}\}/g, '…');
}
