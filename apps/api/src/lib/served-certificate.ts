import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { StartRefused } from './start-refused.ts';

export interface CertificateFiles {
  certFile: string;
  keyFile: string;
}

/** What TLS is spoken by, whom it is for, and how long it lasts. */
export interface ServedCertificate {
  context: Pick<SecureContextOptions, 'cert' | 'key' | 'minVersion'>;
  names: string;
  expiresAt: Date;
}

/** Reads what TLS is served with. Refuses what cannot serve, in a sentence that names the variable at fault. */
export function readServedCertificate({ certFile, keyFile }: CertificateFiles): ServedCertificate {
  const cert = contentOf('TLS_CERT_FILE', certFile);
  const key = contentOf('TLS_KEY_FILE', keyFile);
  const leaf = parsed(
    `TLS_CERT_FILE holds no certificate in PEM: ${certFile}.`,
    () => new X509Certificate(cert),
  );
  const privateKey: KeyObject = parsed(
    `TLS_KEY_FILE holds no key in PEM without a passphrase: ${keyFile}.`,
    () => createPrivateKey(key),
  );
  if (!leaf.checkPrivateKey(privateKey))
    throw new StartRefused(
      `TLS_KEY_FILE is not the key of the certificate in TLS_CERT_FILE: ${keyFile}, ${certFile}.`,
    );
  const context = { cert, key, minVersion: 'TLSv1.2' } as const;
  parsed(`TLS_CERT_FILE is refused by OpenSSL, as too weak for one: ${certFile}.`, () =>
    createSecureContext(context),
  );
  return {
    context,
    names: leaf.subjectAltName ?? leaf.subject,
    expiresAt: new Date(leaf.validTo),
  };
}

function contentOf(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new StartRefused(
      isMissing
        ? `${variable} names a file that is not there: ${file}.`
        : `${variable} cannot be read: ${error instanceof Error ? error.message : error}.`,
    );
  }
}

function parsed<Result>(sentence: string, parse: () => Result): Result {
  try {
    return parse();
  } catch {
    throw new StartRefused(sentence);
  }
}
