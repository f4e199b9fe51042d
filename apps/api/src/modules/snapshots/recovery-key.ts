import { createHash } from 'node:crypto';
import { AppError } from '#lib/errors.ts';

const label = 'cmp-recovery-1';

/** The installation's root key as a text to be kept elsewhere; its end tells a slip of the pen. */
export function recoveryKeyOf(root: Buffer): string {
  const key = root.toString('base64url');
  return `${label}.${key}.${checkOf(key)}`;
}

/** The root key that such a text holds. */
export function rootOf(recoveryKey: string): Buffer {
  const [found, key = '', check] = recoveryKey.trim().split('.');
  if (found !== label || check !== checkOf(key))
    throw new AppError(
      'snapshot_unlock_failed',
      'This is not a recovery key, or there is a slip in it.',
    );
  return Buffer.from(key, 'base64url');
}

function checkOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}
