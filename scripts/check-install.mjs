#!/usr/bin/env node
// Whether scripts/install.sh is the one whose SHA-256 the repository names: what operators give to
// CMP_INSTALL_EXPECTED_SHA256 changes only when somebody says so.
//
//   node scripts/check-install.mjs          part of `npm test`
//   node scripts/check-install.mjs --write  names the one that is there
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { asCommand, Refused } from './toolchain.mjs';

const folder = path.dirname(fileURLToPath(import.meta.url));
const baseline = path.join(folder, 'install.sha256.baseline');

await asCommand(async () => {
  const installer = fs.readFileSync(path.join(folder, 'install.sh'));
  // As `sha256sum --check` reads it.
  const line = `${createHash('sha256').update(installer).digest('hex')}  install.sh\n`;
  if (process.argv.includes('--write')) {
    fs.writeFileSync(baseline, line);
    return;
  }
  if (fs.readFileSync(baseline, 'utf8') !== line)
    throw new Refused(
      'scripts/install.sh changed and scripts/install.sha256.baseline did not: read the change, then run node scripts/check-install.mjs --write.',
    );
});
