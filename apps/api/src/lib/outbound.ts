import { lookup as systemLookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { TargetError } from './target-error.ts';

/** Asks for a name's addresses, all of them. */
export type Resolve = (name: string) => Promise<{ address: string; family: number }[]>;

export const resolveName: Resolve = (name) => systemLookup(name, { all: true, verbatim: true });

/** How far a connection of the portal's own may reach. */
export interface Reach {
  /** Also addresses of the operator's own networks. */
  allowPrivate: boolean;
  resolve?: Resolve;
  /** Ends the waiting. */
  signal: AbortSignal;
}

/**
 * The one address to connect to: the name is asked for once, and every answer must be allowed. Whoever connects
 * uses this address and not the name, so that a second answer cannot lead elsewhere.
 */
export async function findAddress(host: string, reach: Reach): Promise<string> {
  const { resolve = resolveName, signal } = reach;
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const literal = isIP(bare) ? [{ address: bare }] : undefined;
  const answers = literal ?? (await beforeAbort(signal, resolve(bare).catch(nameUnknown)));
  const [first] = answers;
  if (!first) throw new TargetError('name_unknown', `${host} has no address.`);
  for (const { address } of answers) refuseForbidden(address, reach.allowPrivate);
  return first.address;
}

/** The guard for clients that connect by themselves: each of their connections asks and is judged. */
export function guardedLookup(reach: Reach): LookupFunction {
  return (host, { all }, done) => {
    findAddress(host, reach).then(
      (address) => {
        const family = isIP(address);
        if (all) done(null, [{ address, family }]);
        else done(null, address, family);
      },
      (error) => done(error, ''),
    );
  };
}

/** A connection to a host that may be reached, by the address that was judged. */
export async function openSocket(host: string, port: number, reach: Reach): Promise<Socket> {
  const address = await findAddress(host, reach);
  reach.signal.throwIfAborted();
  const socket = connect({ host: address, port });
  // It can fail whenever it likes, also once nobody waits for it any more: unheard, that would end the process.
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', { signal: reach.signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** A name for the other side to know which of its sites is meant; an address is none. */
export function serverNameOf(host: string): { servername?: string } {
  return isIP(host.replace(/^\[(.*)\]$/, '$1')) ? {} : { servername: host };
}

function nameUnknown(cause: unknown): never {
  throw new TargetError('name_unknown', 'The name is not known.', { cause });
}

/** Answers with whoever is first: a resolver takes no signal. */
export async function beforeAbort<Result>(
  signal: AbortSignal,
  work: Promise<Result>,
): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const give = () => aborted.reject(signal.reason);
  if (signal.aborted) give();
  signal.addEventListener('abort', give);
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', give);
    work.catch(() => {}); // Given up on.
  }
}

/** Where clouds keep the credentials of their machines: nobody has a reason to point the portal there. */
const metadata = ['169.254.169.254', '169.254.170.2', '100.100.100.200', 'fd00:ec2::254'].map(
  (address) => ipaddr.parse(address).toNormalizedString(),
);

const neverRanges = ['unspecified', 'broadcast', 'multicast', '6to4', 'teredo', 'rfc6145'];

function refuseForbidden(address: string, allowPrivate: boolean): void {
  const judged = judgedForm(address);
  const range = judged.range();
  if (metadata.includes(judged.toNormalizedString()) || neverRanges.includes(range))
    throw new TargetError('address_forbidden', `${address} is never connected to.`, { address });
  if (range !== 'unicast' && !allowPrivate)
    throw new TargetError('address_private', `${address} is an address of a private network.`, {
      address,
    });
}

/** What an address means to the network: an IPv4 one may be wrapped in IPv6. */
function judgedForm(address: string): ipaddr.IPv4 | ipaddr.IPv6 {
  const parsed = ipaddr.parse(address.replace(/%.*$/, ''));
  if (parsed.kind() === 'ipv4' || !(parsed instanceof ipaddr.IPv6)) return parsed;
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address();
  // NAT64 and the forgotten "compatible" form carry the address in the last four bytes.
  const isCompatible =
    parsed.parts.slice(0, 6).every((part) => part === 0) && parsed.parts[6] !== 0;
  if (parsed.range() === 'rfc6052' || isCompatible)
    return new ipaddr.IPv4(parsed.toByteArray().slice(12));
  return parsed;
}
