import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A self-signed certificate that lasts so many days from now; made for the length of a test. */
export function certificateFor(name: string, days: number): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'cmp-certificate-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [keyFile, certFile] = [join(folder, 'key'), join(folder, 'cert')];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name},DNS:www.${name}`];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync(
    'openssl',
    [...args, '-keyout', keyFile, '-out', certFile, '-days', String(days), ...subject],
    { stdio: 'ignore' },
  );
  return { key: readFileSync(keyFile), cert: readFileSync(certFile) };
}

/** An authority for the length of a test, and what it vouches for; the files stand in a folder of theirs. */
export function certificateAuthority(): {
  folder: string;
  cert: Buffer;
  issue(name: string, days?: number): { key: Buffer; cert: Buffer; serial: string };
} {
  const folder = mkdtempSync(join(tmpdir(), 'cmp-authority-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    ...'-keyout ca.key -out ca.pem -subj /CN=authority'.split(' '),
  );
  return {
    folder,
    cert: readFileSync(join(folder, 'ca.pem')),
    issue: (name, days = 30) => {
      const extension = ['-addext', `subjectAltName=DNS:${name},DNS:localhost`];
      openssl(
        ...[
          'req',
          ...newKey,
          '-keyout',
          'key',
          '-out',
          'csr',
          '-subj',
          `/CN=${name}`,
          ...extension,
        ],
      );
      const by = [
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-copy_extensions',
        'copy',
        '-days',
        `${days}`,
      ];
      openssl('x509', '-req', '-in', 'csr', '-out', 'cert', ...by);
      const [key, cert] = [readFileSync(join(folder, 'key')), readFileSync(join(folder, 'cert'))];
      return { key, cert, serial: new X509Certificate(cert).serialNumber };
    },
  };
}
