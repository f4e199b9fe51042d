import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** The ZIP's comment: of fixed length, so that the bytes it signs are known before they are read. */
const label = 'cmp snapshot, signed by ';
const publicKeyLength = 44;
export const signatureLength = 88;
export const commentLength = label.length + publicKeyLength + 1 + signatureLength;

const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** The comment with room for the signature, which is of every byte before that room. */
export function unsignedComment(seed: Buffer): string {
  return `${label}${publicKeyOf(seed).toString('base64')} ${'-'.repeat(signatureLength)}`;
}

export function signDigest(seed: Buffer, digest: Buffer): Buffer {
  return Buffer.from(sign(null, digest, privateKeyOf(seed)).toString('base64'), 'latin1');
}

/** The key and signature in a comment; undefined where it is none of ours. */
export function readComment(
  comment: string,
): { publicKey: Buffer; isSignatureOf: (digest: Buffer) => boolean } | undefined {
  if (comment.length !== commentLength || !comment.startsWith(label)) return undefined;
  const keyText = comment.slice(label.length, label.length + publicKeyLength);
  const signatureText = comment.slice(-signatureLength);
  const publicKey = Buffer.from(keyText, 'base64');
  const signature = Buffer.from(signatureText, 'base64');
  // Base64 has spare bits: of the texts that mean the same, one is right.
  const isExact =
    publicKey.toString('base64') === keyText && signature.toString('base64') === signatureText;
  return {
    publicKey,
    isSignatureOf: (digest) =>
      isExact && publicKey.length === 32 && isSigned(publicKey, digest, signature),
  };
}

export function publicKeyOf(seed: Buffer): Buffer {
  const encoded = createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' });
  return encoded.subarray(publicPrefix.length);
}

function privateKeyOf(seed: Buffer): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([privatePrefix, seed]),
    format: 'der',
    type: 'pkcs8',
  });
}

function isSigned(publicKey: Buffer, digest: Buffer, signature: Buffer): boolean {
  const key = createPublicKey({
    key: Buffer.concat([publicPrefix, publicKey]),
    format: 'der',
    type: 'spki',
  });
  return verify(null, digest, key, signature);
}
