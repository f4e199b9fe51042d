import fs from 'node:fs';
import { BlockList, isIP } from 'node:net';
import path from 'node:path';
import { Health } from '@cmp/shared/health';
import { CertificateSettings, certificateLevel } from '@cmp/shared/settings/certificate';
import type { Config } from '#config.ts';
import { readServedCertificate } from '#lib/served-certificate.ts';
import { StartRefused } from '#lib/start-refused.ts';
import { valuesOf } from '#modules/settings/environment.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

const portMs = 3_000;

/** What answers where the portal would. */
export type Portal =
  | { state: 'runs'; versions: Config['versions'] }
  | { state: 'stopped' | 'stranger' | 'unreachable' };

export async function findPortal(config: Config): Promise<Portal> {
  try {
    const answer = await fetch(new URL('/api/health', addressOf(config)), {
      signal: AbortSignal.timeout(portMs),
    });
    return { state: 'runs', versions: Health.parse(await answer.json()).versions };
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof Error && cause.message === 'bad port') return { state: 'unreachable' };
    return { state: isRefused(cause) ? 'stopped' : 'stranger' };
  }
}

/** What is to be said of the portal as it is set up, and of the one that runs. */
export function checkPortal(config: Config, portal: Portal): Finding[] {
  return [
    checkPort(config, portal),
    checkWebApp(config.root),
    checkProxies(config),
    ...checkTlsFiles(config),
    checkSecrets(config),
    checkLog(config.log.level),
  ];
}

function checkPort(config: Config, portal: Portal): Finding {
  const { versions } = config;
  const { port } = new URL(addressOf(config));
  switch (portal.state) {
    case 'stopped':
      return ok('portal', `not running; port ${port} is free`);
    case 'stranger':
      return bad('portal', `something else answers on port ${port}`, 'Stop it, or set PORT.');
    case 'unreachable':
      return bad('portal', `browsers refuse port ${port}`, 'Set PORT to another one.');
    case 'runs':
      return isSame(portal.versions, versions)
        ? ok('portal', `${nameOf(versions)} answers on port ${port}`)
        : warn(
            'portal',
            `${nameOf(portal.versions)} answers, this is ${nameOf(versions)}`,
            'Start it again.',
          );
  }
}

function isSame(one: Config['versions'], other: Config['versions']): boolean {
  return one.appVersion === other.appVersion && one.gitSha === other.gitSha;
}

/** Where a portal of this configuration answers the programs of this machine: without TLS. */
export function addressOf({ http: { host: listening, port }, tls }: Config): string {
  if (tls) return `http://127.0.0.1:${tls.localPort}`;
  const host = ['0.0.0.0', '::'].includes(listening) ? '127.0.0.1' : listening;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function nameOf({ appVersion, gitSha }: Config['versions']): string {
  return gitSha === null ? appVersion : `${appVersion} (${gitSha.slice(0, 7)})`;
}

function isRefused(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

function checkWebApp(root: string): Finding {
  return fs.existsSync(path.join(root, 'apps/web/dist/index.html'))
    ? ok('panel', 'built')
    : warn('panel', 'not built', '`npm start` builds it.');
}

/** Whoever is trusted says from where a request comes, and limits and the log believe it. */
function checkProxies({ http, settings }: Config): Finding {
  const { trustedProxies: proxies, host } = http;
  const name = 'TRUSTED_PROXIES';
  const unknown = proxies.filter((proxy) => !isNetwork(proxy));
  if (unknown.length > 0)
    return bad('proxies', `${name} names ${unknown.join(', ')}`, 'Name addresses and networks.');
  const everybody = proxies.filter((proxy) => /\/0$/.test(proxy));
  if (everybody.length > 0)
    return bad(
      'proxies',
      `${name} trusts everybody (${everybody.join(', ')}): anyone may say to be at any address`,
      'Name the proxy alone, as 127.0.0.1.',
    );
  const areLocal = proxies.length > 0 && proxies.every(isLoopback);
  if (areLocal && !isLoopback(host))
    return warn(
      'proxies',
      `the proxy is on this machine, and the portal listens on ${host} for everybody`,
      'Set HOST=127.0.0.1, or close the port to others: what goes past the proxy goes past its TLS.',
    );
  const hasDomain = settings.certificate?.domain !== undefined;
  if (proxies.length === 0 && isLoopback(host) && hasDomain)
    return warn(
      'proxies',
      'only a proxy can reach the portal, and none is trusted: everybody seems to be at one address',
      'Set TRUSTED_PROXIES=127.0.0.1, where the proxy is on this machine.',
    );
  return ok('proxies', proxies.length === 0 ? 'none is trusted' : `trusted: ${proxies.join(', ')}`);
}

const named = ['loopback', 'linklocal', 'uniquelocal'];

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  if (named.includes(text)) return true;
  const most = isIP(address) === 6 ? 128 : 32;
  const isLength = bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most);
  return isIP(address) !== 0 && isLength && more.length === 0;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

function isLoopback(text: string): boolean {
  const [address = ''] = text.split('/');
  if (['loopback', 'localhost'].includes(address)) return true;
  return loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** What the portal itself speaks TLS by; nothing is said where it does not. */
function checkTlsFiles({ tls, settings }: Config): Finding[] {
  if (!tls) return [];
  const name = 'tls files';
  try {
    const { expiresAt, names } = readServedCertificate(tls);
    if (fs.statSync(tls.keyFile).mode & 0o007)
      return [bad(name, `everybody may read ${tls.keyFile}`, `Run: chmod o-rwx ${tls.keyFile}`)];
    const daysLeft = Math.floor((expiresAt.getTime() - Date.now()) / 86_400_000);
    const says = `${daysLeft} days are left of the one for ${names}`;
    const mend = 'Renew it: `certbot renew`, and see why the timer did not.';
    const level = certificateLevel(
      daysLeft,
      CertificateSettings.parse(valuesOf(settings.certificate)),
    );
    if (level === 'critical') return [bad(name, says, mend)];
    return [level === 'warn' ? warn(name, says, mend) : ok(name, says)];
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error;
    const mend = 'The portal starts with neither or with both of the files as they should be.';
    return [bad(name, error.message.replace(/\.$/, ''), mend)];
  }
}

/** The length is judged at the start; this finds what was typed instead of drawn. */
function checkSecrets({ keys, metricsToken }: Config): Finding {
  const secrets = Object.entries({
    JWT_SECRET: keys.jwtSecret,
    BOT_SERVICE_TOKEN: keys.botToken,
    METRICS_TOKEN: metricsToken,
  });
  const typed = secrets.filter(([, text]) => text !== undefined && isTyped(text));
  return typed.length === 0
    ? ok('secrets', 'none of the environment looks typed')
    : warn(
        'secrets',
        `${typed.map(([variable]) => variable).join(', ')} can be guessed`,
        'Draw it: openssl rand -hex 32',
      );
}

/** Chance gives many kinds of characters, digits in between, and no words. */
function isTyped(text: string): boolean {
  return new Set(text).size < 6 || /^[a-z _-]+\d{0,4}$/.test(text);
}

function checkLog(level: string): Finding {
  if (['silent', 'fatal'].includes(level))
    return warn('log', `level ${level}: faults leave no trace`, 'Set LOG_LEVEL=info.');
  return ['debug', 'trace'].includes(level)
    ? warn('log', `level ${level}: it fills the disk`, 'Set LOG_LEVEL=info once you have seen it.')
    : ok('log', `level ${level}`);
}
