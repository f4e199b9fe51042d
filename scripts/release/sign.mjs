#!/usr/bin/env node
// Signs the SHA256SUMS that bundle.mjs wrote, with the secret half of scripts/release.pub in RELEASE_SIGNING_KEY.
//
//   RELEASE_SIGNING_KEY="$(cat key.pem)" node scripts/release/sign.mjs DIR [--public FILE]
//   RELEASE_SIGNING_KEY="$(cat key.pem)" node scripts/release/sign.mjs --check    only whether it would
//
// Whoever has only openssl reads the signature:
//   openssl pkeyutl -verify -pubin -inkey scripts/release.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { asCommand, Refused } from '#scripts/toolchain.mjs';

const ours = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../release.pub');

await asCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { public: { type: 'string', default: ours }, check: { type: 'boolean' } },
  });
  const key = readSecret(values.public);
  if (values.check) return;

  const sums = path.join(positionals[0] ?? '.', 'SHA256SUMS');
  if (!fs.existsSync(sums)) throw new Refused(`There is nothing to sign: ${sums} is missing.`);

  fs.writeFileSync(`${sums}.sig`, sign(null, fs.readFileSync(sums), key));
  console.log(`${sums}.sig`);
});

/** @param {string} publicFile */
function readSecret(publicFile) {
  if (!fs.existsSync(publicFile))
    throw new Refused(
      'There is no scripts/release.pub yet: make the pair with scripts/release/key.mjs.',
    );
  const secret = process.env.RELEASE_SIGNING_KEY;
  if (!secret)
    throw new Refused('RELEASE_SIGNING_KEY is not set: a release is not made without a signature.');
  const key = parsed(secret);
  const made = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const known = createPublicKey(fs.readFileSync(publicFile)).export({
    type: 'spki',
    format: 'der',
  });
  if (!made.equals(known))
    throw new Refused(
      `RELEASE_SIGNING_KEY is not the other half of ${path.basename(publicFile)}: no portal would take what it signs.`,
    );
  return key;
}

/** @param {string} secret */
function parsed(secret) {
  try {
    return createPrivateKey(secret);
  } catch {
    // What the library says of it might show a part of it.
    throw new Refused('RELEASE_SIGNING_KEY is no key in PEM.');
  }
}
