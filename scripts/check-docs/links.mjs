// Every link, anchor and picture within the repository leads somewhere.
import fs from 'node:fs';
import path from 'node:path';
import { readPage } from './pages.mjs';

/**
 * @param {string} root
 * @param {import('./pages.mjs').Page} page
 * @returns {string[]}
 */
export function deadLinks(root, page) {
  return page.links.flatMap(({ line, target }) => {
    if (/^(https?:|mailto:)/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const place = path.posix.join(path.posix.dirname(page.name), decodeURIComponent(file));
    const at = `${page.name}:${line}`;
    if (file && !fs.existsSync(path.join(root, place))) return [`${at}: there is no ${place}`];
    if (anchor === undefined) return [];
    const { anchors } = file
      ? readPage(place, fs.readFileSync(path.join(root, place), 'utf8'))
      : page;
    return anchors.has(anchor) ? [] : [`${at}: ${file || 'this page'} has no heading #${anchor}`];
  });
}
