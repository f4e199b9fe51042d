// A sentence that a page says the product prints is looked for in the product.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const PAGES =
  /^docs\/(operations\/(troubleshooting|install|upgrade|certificates|services|windows|on-call)|api)\.md$/;
/** @type {string | undefined} */
let spoken;

/**
 * Quotes stand in “…” on the pages about what is printed. What stands for a value is written as …, and the pieces
 * between are looked for.
 * @param {string} root
 * @param {import('./pages.mjs').Page} page
 * @returns {string[]}
 */
export function faultySentences(root, page) {
  if (!PAGES.test(page.name)) return [];
  spoken ??= readCode(root);
  const code = spoken;
  return page.prose.split('\n').flatMap((written, index) =>
    [...written.matchAll(/“([^”]+)”/g)].flatMap(([, quote = '']) => {
      const pieces = quote
        .split('…')
        .map(bare)
        .filter((piece) => piece.length > 2);
      const missing = pieces.find((piece) => !code.includes(piece));
      return missing ? [`${page.name}:${index + 1}: nothing here says “${missing}”`] : [];
    }),
  );
}

/** @param {string} root */
function readCode(root) {
  const files = execFileSync(
    'git',
    [
      'ls-files',
      '-co',
      '--exclude-standard',
      '--',
      'apps',
      'packages',
      'scripts',
      'deploy',
      'migrations',
    ],
    { cwd: root, encoding: 'utf8' },
  );
  return files
    .split('\n')
    .filter((name) => /\.(ts|tsx|mjs|sh|sql|ps1|yml|template)$|\/cmp$/.test(name))
    .filter((name) => !/\.test\.|check-docs/.test(name) && fs.existsSync(path.join(root, name)))
    .map((name) => bare(fs.readFileSync(path.join(root, name), 'utf8')))
    .join('\n');
}

/** Quotes, line breaks and the joints of a literal are no part of what is said. @param {string} text */
function bare(text) {
  return text
    .replaceAll(/['"`]\s*\+\s*['"`]/g, '')
    .replaceAll(/\\?['’‘"`]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
