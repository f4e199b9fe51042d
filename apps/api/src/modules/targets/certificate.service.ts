import { once } from 'node:events';
import { connect, type DetailedPeerCertificate, type PeerCertificate } from 'node:tls';
import {
  type CertificateSettings,
  type CertificateTest,
  type ChainLink,
  certificateLevel,
} from '@cmp/shared/settings/certificate';
import { openSocket, serverNameOf } from '#lib/outbound.ts';
import { TargetError } from '#lib/target-error.ts';
import type { Through } from './sftp.service.ts';

type Shown = Omit<CertificateTest, 'section' | 'ok' | 'tookMs'>;

/** What the domain's server shows to a browser that comes now. */
export async function readCertificate(
  settings: CertificateSettings,
  now: Date,
  { signal, resolve }: Through,
): Promise<Shown> {
  const { domain, port, allowPrivateAddresses } = settings;
  if (!domain) throw new TargetError('name_unknown', 'There is no domain.');
  const reach = { allowPrivate: allowPrivateAddresses, signal, ...(resolve && { resolve }) };
  const tcp = await openSocket(domain, port, reach);
  const address = tcp.remoteAddress ?? domain;
  // One that nobody trusts is looked at all the same, and told of: nothing is sent over it.
  const socket = connect({ socket: tcp, ...serverNameOf(domain), rejectUnauthorized: false });
  socket.on('error', () => {}); // As of the connection below it.
  try {
    await once(socket, 'secureConnect', { signal });
    const leaf = socket.getPeerCertificate(true);
    if (!leaf.raw) throw new TargetError('tls_failed', 'The server shows no certificate.');
    const chain = linksOf(leaf);
    const daysLeft = Math.floor((Date.parse(leaf.valid_to) - now.getTime()) / 86_400_000);
    return {
      address,
      subject: nameOf(leaf.subject),
      issuer: nameOf(leaf.issuer),
      names: namesOf(leaf),
      validFrom: new Date(leaf.valid_from).toISOString(),
      validTo: new Date(leaf.valid_to).toISOString(),
      daysLeft,
      level: certificateLevel(daysLeft, settings),
      isTrusted: socket.authorized,
      distrust: socket.authorized ? null : String(socket.authorizationError),
      protocol: socket.getProtocol() ?? '',
      chain,
    };
  } finally {
    socket.destroy();
    tcp.destroy();
  }
}

function linksOf(leaf: DetailedPeerCertificate): ChainLink[] {
  const links: ChainLink[] = [];
  const seen = new Set<string>();
  // A root is its own issuer.
  for (let at = leaf; at?.raw && !seen.has(at.fingerprint256); at = at.issuerCertificate) {
    seen.add(at.fingerprint256);
    links.push({
      subject: nameOf(at.subject),
      issuer: nameOf(at.issuer),
      validFrom: new Date(at.valid_from).toISOString(),
      validTo: new Date(at.valid_to).toISOString(),
      fingerprint: at.fingerprint256.replaceAll(':', '').toLowerCase(),
    });
  }
  return links;
}

function namesOf({ subjectaltname = '' }: PeerCertificate): string[] {
  return [...subjectaltname.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, name = '']) => name);
}

function nameOf(names: PeerCertificate['subject'] | undefined): string {
  const { CN, O } = names ?? {};
  return [CN ?? O ?? ''].flat().join(', ');
}
