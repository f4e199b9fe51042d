import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makePrivateFolder } from './private-folder.ts';

/** What the installation signs, encrypts and derives tokens with. */
export interface Keys {
  /** Signs access tokens. */
  jwtSecret: string;
  /** What the bot proves itself by to the API. */
  botToken: string;
  /** Encrypts the secrets of the settings (AES-256-GCM). */
  settings: Buffer;
  /** Keys the HMAC under which tokens are stored and derived. */
  tokens: Buffer;
  /** The seed of the Ed25519 key that signs snapshots. */
  snapshots: Buffer;
  /** What all but the first two are derived from: the recovery key. */
  root: Buffer;
}

/** What the recovery key brings back. */
export type RootKeys = Omit<Keys, 'jwtSecret' | 'botToken'>;

interface KeySources {
  dataDir: string;
  keys: {
    jwtSecret: string | undefined;
    botToken: string | undefined;
    secretKeyFile: string;
  };
}

/** Reads the installation's keys; what is absent is made once and kept, readable by its owner alone. */
export function loadKeys({ dataDir, keys }: KeySources): Keys {
  return {
    jwtSecret: keys.jwtSecret ?? readOrMake(join(dataDir, 'keys', 'jwt-secret')).toString('base64'),
    botToken: botToken({ dataDir, keys }),
    ...keysOf(readOrMake(keys.secretKeyFile)),
  };
}

/** The token alone, for whoever starts the bot. */
export function botToken({ dataDir, keys }: KeySources): string {
  return keys.botToken ?? readOrMake(join(dataDir, 'keys', 'bot-token')).toString('base64url');
}

/** The keys of the installation whose recovery key this is. */
export function keysOf(root: Buffer): RootKeys {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', root, '', purpose, 32));
  return {
    settings: derive('cmp settings'),
    tokens: derive('cmp tokens'),
    snapshots: derive('cmp snapshots'),
    root,
  };
}

/** The one-time setup token: worked out, so that every instance knows it and none has to keep it. */
export function setupToken({ tokens }: Pick<Keys, 'tokens'>): string {
  return createHmac('sha256', tokens).update('setup').digest('base64url');
}

function readOrMake(path: string): Buffer {
  if (!existsSync(path)) make(path);
  const key = readFileSync(path);
  if (key.length < 32) throw new Error(`The key file ${path} is shorter than 32 bytes.`);
  return key;
}

/** Written beside and linked when whole: a kill leaves no half key, and of two makers one wins. */
function make(path: string): void {
  makePrivateFolder(dirname(path));
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, randomBytes(32), { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    const madeMeanwhile = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!madeMeanwhile) throw error;
  } finally {
    unlinkSync(draft);
  }
}
