// The commands that the documents give to whoever installed the portal as services, typed on a machine where it is.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { instructions } from '#scripts/check-docs/blocks.mjs';
import { readPages } from '#scripts/check-docs/pages.mjs';
import { bootMachine } from './machine.mjs';
import { makeRelease } from './release.mjs';

const PACKAGES = ['postgresql', 'openssl', 'git'];
/** Who types is root here, where nobody needs sudo. */
const typed = (/** @type {string} */ text) => `set -euo pipefail\nsudo() { "$@"; }\n${text}`;

/** @param {{ root: string, check: import('./checks.mjs').Sheet['check'] }} rehearsal */
export async function rehearse({ root, check }) {
  const release = makeRelease(root);
  const machine = await bootMachine({ packages: PACKAGES });
  const medium = '/media/release';
  fs.cpSync(release.folder, path.join(machine.root, medium), { recursive: true });
  for (const script of ['bootstrap.sh', 'install.sh'])
    fs.copyFileSync(path.join(root, 'scripts', script), path.join(machine.root, medium, script));
  const installed = await machine.exec(
    `bash ${medium}/bootstrap.sh --bundle ${medium}/${release.file} --unattended`,
    { env: { CMP_ADMIN_USERNAME: 'sam' } },
  );
  assert.equal(installed.code, 0, installed.output);

  for (const { name, blocks } of readPages(root))
    for (const { line, text, marks } of blocks) {
      const { needs, notRun, exits } = instructions(marks);
      if (needs !== 'installed' || notRun) continue;
      await check(`${name}:${line}`, async () => {
        const { code, output } = await machine.exec(typed(text));
        assert.equal(code, exits, output);
      });
    }
}
