// The page of settings names every variable that the product reads.
import fs from 'node:fs';
import path from 'node:path';

const PAGE = 'docs/operations/configure.md';

/**
 * @param {string} root
 * @param {import('./pages.mjs').Page[]} pages
 * @returns {string[]}
 */
export function faultyVariables(root, pages) {
  const page = pages.find(({ name }) => name === PAGE);
  if (!page) return [`there is no ${PAGE}`];
  const example = fs.readFileSync(path.join(root, '.env.example'), 'utf8');
  return [...example.matchAll(/^#([A-Z][A-Z0-9_]*)=(.*)$/gm)].flatMap(
    ([, name = '', value = '']) => {
      const row = page.prose.split('\n').find((line) => line.startsWith(`| \`${name}\``));
      if (!row) return [`${PAGE}: no row says what ${name} is`];
      return value === '' || row.includes(`\`${value}\``)
        ? []
        : [`${PAGE}: ${name} is ${value} unless something else is said`];
    },
  );
}
