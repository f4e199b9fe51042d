import type { MailSettings } from '@cmp/shared/settings/mail';
import { createTransport, type Transporter } from 'nodemailer';
import { beforeAbort, findAddress, openSocket, serverNameOf } from '#lib/outbound.ts';
import { TargetError, targetErrorOf } from '#lib/target-error.ts';
import type { Through } from './sftp.service.ts';

export interface MailSecrets {
  password?: string | undefined;
}

export interface Mail {
  fromName: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  /** The same when it is sent again: mailboxes know a repeat by it. */
  messageId: string;
}

/** Greets the mail server, encrypts as is asked for, and signs in where there is a user. Sends nothing. */
export function tryMail(
  settings: MailSettings,
  secrets: MailSecrets,
  through: Through,
): Promise<{ address: string; isEncrypted: boolean; hasSignedIn: boolean }> {
  const { security, user } = settings;
  const reached = { isEncrypted: security !== 'none', hasSignedIn: Boolean(user) };
  return withTransport(settings, secrets, through, async (at) => {
    await at.transport.verify();
    return { address: at.address, ...reached };
  });
}

/** Hands one mail to the mail server. */
export async function sendMail(
  settings: MailSettings,
  secrets: MailSecrets,
  { fromName, ...mail }: Mail,
  through: Through,
): Promise<void> {
  const { from } = settings;
  if (!from) throw new TargetError('answer_unknown', 'There is no sender’s address.');
  await withTransport(settings, secrets, through, ({ transport }) =>
    transport.sendMail({
      ...mail,
      from: { name: fromName, address: from },
      // A mail is what is written here, and no file of this machine.
      disableFileAccess: true,
      disableUrlAccess: true,
      headers: { 'auto-submitted': 'auto-generated' },
    }),
  );
}

async function withTransport<Result>(
  { host, port, security, user, allowPrivateAddresses }: MailSettings,
  { password }: MailSecrets,
  { signal, resolve }: Through,
  use: (at: { transport: Transporter; address: string }) => Promise<Result>,
): Promise<Result> {
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
    return await beforeAbort(signal, use({ transport, address }));
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
  if (error.code === 'EENVELOPE' || error.code === 'EMESSAGE')
    return new TargetError('answer_unknown', 'The mail server did not take the mail.', told);
  if (error.code === 'EPROTOCOL')
    return new TargetError('answer_unknown', 'This is not what a mail server answers.', told);
  return error;
}

/** What the mail server answered to this mail: 5xx is a no for good, 4xx one for now. Undefined where it was about something else. */
export function replyCodeOf(error: unknown): number | undefined {
  for (let at = error; at instanceof Error; at = at.cause)
    if (
      'responseCode' in at &&
      typeof at.responseCode === 'number' &&
      'command' in at &&
      (at.command === 'RCPT TO' || at.command === 'DATA')
    )
      return at.responseCode;
  return undefined;
}
