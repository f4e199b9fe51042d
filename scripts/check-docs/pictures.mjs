// Every picture is shown by some page, in each look in which the page can be read.
import fs from 'node:fs';
import path from 'node:path';

const FOLDER = 'docs/screens';

/**
 * That pictures exist which are named is a matter of links; this is the other way round.
 * @param {string} root
 * @param {import('./pages.mjs').Page[]} pages
 * @returns {string[]}
 */
export function faultyPictures(root, pages) {
  const shown = new Set(
    pages.flatMap(({ links }) => links.map(({ target }) => path.posix.basename(target))),
  );
  const scenes = new Set(
    fs
      .readdirSync(path.join(root, FOLDER))
      .filter((name) => name.endsWith('.png'))
      .map((name) => name.replace(/-(light|dark|phone)\.png$/, '')),
  );
  return [...scenes]
    .filter(
      (scene) => !['light', 'dark', 'phone'].some((look) => shown.has(`${scene}-${look}.png`)),
    )
    .map((scene) => `${FOLDER}: no page shows ${scene}`);
}
