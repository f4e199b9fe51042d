import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { Decrypter, Encrypter, type Identity, type Recipient, Stanza } from 'age-encryption';
import { AppError } from '#lib/errors.ts';

/** To whom a snapshot is encrypted. */
export type Encryption = { passphrase: string } | { recipients: readonly string[] };

/** What opens one. */
export interface Unlocking {
  passphrase?: string | undefined;
  identity?: string | undefined;
}

export function encrypterTo(encryption: Encryption): Encrypter {
  const encrypter = new Encrypter();
  if ('passphrase' in encryption)
    encrypter.addRecipient(passphraseRecipient(encryption.passphrase));
  else for (const recipient of encryption.recipients) encrypter.addRecipient(recipient);
  return encrypter;
}

export function decrypterBy({ passphrase, identity }: Unlocking): Decrypter {
  const decrypter = new Decrypter();
  if (passphrase) decrypter.addIdentity(passphraseIdentity(passphrase));
  try {
    if (identity) decrypter.addIdentity(identity.trim());
  } catch (cause) {
    throw unlockFailed('This is not an age identity (AGE-SECRET-KEY-1…).', cause);
  }
  return decrypter;
}

export function unlockFailed(message: string, cause?: unknown): AppError {
  return new AppError('snapshot_unlock_failed', message, undefined, { cause });
}

// The library's own scrypt holds the event loop for a second and more; Node's does not, and the file is the same.
const derive = promisify<
  string,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt);

const workFactor = 17;
/** A file may ask for no more than 256 MB of memory. */
const mostWork = 18;

function passphraseRecipient(passphrase: string): Recipient {
  return {
    wrapFileKey: async (fileKey) => {
      const salt = randomBytes(16);
      const key = await keyOf(passphrase, salt, workFactor);
      const cipher = createCipheriv('chacha20-poly1305', key, Buffer.alloc(12), {
        authTagLength: 16,
      });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [new Stanza(['scrypt', unpadded(salt), String(workFactor)], body)];
    },
  };
}

function passphraseIdentity(passphrase: string): Identity {
  return {
    unwrapFileKey: async (stanzas) => {
      const [stanza] = stanzas;
      const [kind, saltText = '', work = ''] = stanza?.args ?? [];
      if (!stanza || stanzas.length !== 1 || kind !== 'scrypt') return null;
      const salt = Buffer.from(saltText, 'base64');
      const isPlain = unpadded(salt) === saltText && /^[1-9]\d?$/.test(work);
      if (!isPlain || salt.length !== 16 || stanza.body.length !== 32 || Number(work) > mostWork)
        throw new Error('This passphrase stanza is not to be opened.');
      const key = await keyOf(passphrase, salt, Number(work));
      const decipher = createDecipheriv('chacha20-poly1305', key, Buffer.alloc(12), {
        authTagLength: 16,
      }).setAuthTag(stanza.body.subarray(16));
      try {
        return Buffer.concat([decipher.update(stanza.body.subarray(0, 16)), decipher.final()]);
      } catch {
        return null;
      }
    },
  };
}

function keyOf(passphrase: string, salt: Buffer, logN: number): Promise<Buffer> {
  const labelled = Buffer.concat([Buffer.from('age-encryption.org/v1/scrypt'), salt]);
  const options = { N: 2 ** logN, r: 8, p: 1, maxmem: 2 ** (logN + 10) + 2 ** 20 };
  return derive(passphrase, labelled, 32, options);
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
