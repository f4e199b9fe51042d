import type { MailSettings } from '@cmp/shared/settings/mail';
import { createTransport } from 'nodemailer';
import { beforeAbort, findAddress, openSocket, serverNameOf } from '#lib/outbound.ts';
import { TargetError, targetErrorOf } from '#lib/target-error.ts';
import type { Through } from './sftp.service.ts';

export interface MailSecrets {
  password?: string | undefined;
}

/** Greets the mail server, encrypts as is asked for, and signs in where there is a user. Sends nothing. */
export async function tryMail(
  { host, port, security, user, allowPrivateAddresses }: MailSettings,
  { password }: MailSecrets,
  { signal, resolve }: Through,
): Promise<{ address: string; isEncrypted: boolean; hasSignedIn: boolean }> {
  if (!host) throw new TargetError('name_unknown', 'There is no host.');
  const reach = { allowPrivate: allowPrivateAddresses, signal, ...(resolve && { resolve }) };
  const address = await findAddress(host, reach);
  const connection = await openSocket(address, port, reach);
  const transport = createTransport({
    host,
    port,
    connection,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: serverNameOf(host),
    ...(user && { auth: { user, pass: password ?? '' } }),
  });
  try {
    await beforeAbort(signal, transport.verify());
    return { address, isEncrypted: security !== 'none', hasSignedIn: Boolean(user) };
  } catch (error) {
    throw asMailError(error, address);
  } finally {
    transport.close();
    connection.destroy();
  }
}

function asMailError(error: unknown, address: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const told = { cause: error, said: error.message, address };
  if (error.code === 'EAUTH')
    return new TargetError('sign_in_refused', 'The mail server did not let this user in.', told);
  // nodemailer lays its own code over the connection's.
  const original = 'originalCode' in error ? String(error.originalCode) : '';
  const known = targetErrorOf(original, told);
  if (known) return known;
  if (error.code === 'ETLS' || error.code === 'ESOCKET')
    return new TargetError('tls_failed', 'No encrypted connection came about.', told);
  if (error.code === 'EPROTOCOL' || error.code === 'EENVELOPE')
    return new TargetError('answer_unknown', 'This is not what a mail server answers.', told);
  return error;
}
