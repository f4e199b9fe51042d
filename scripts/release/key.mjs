#!/usr/bin/env node
// Makes the pair of keys that releases are signed with, once: docs/releasing.md. The public half is written to
// scripts/release.pub and belongs into the repository; the secret half is printed and kept nowhere.
//
//   node scripts/release/key.mjs            refuses where there is a key
//   node scripts/release/key.mjs --replace  installed portals must be told of the new one
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { asCommand, Refused } from '#scripts/toolchain.mjs';

const file = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../release.pub');

await asCommand(async () => {
  const isReplacing = process.argv.includes('--replace');
  if (fs.existsSync(file) && !isReplacing)
    throw new Refused(
      'scripts/release.pub is there already. With --replace another pair is made, which installed portals do not know.',
    );

  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  fs.writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
  const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  console.error('Written: scripts/release.pub. Commit it.');
  console.error(
    'The secret half, this once, for the secret RELEASE_SIGNING_KEY of the repository:',
  );
  process.stdout.write(secret);
});
