import { SetupState } from '@cmp/shared/auth';
import type { Config } from '#config.ts';
import { loadKeys, setupToken } from '#lib/keys.ts';

/** What the operator sees when the portal is up: where it is, and the one-time link while nobody is set up. */
export async function welcome(config: Config): Promise<string> {
  const address = panelAddress(config);
  const lines = ['', `  ${config.versions.appVersion} is ready.`, '', `  Panel  ${address}`];
  if (await isSetupRequired(config)) {
    lines.push(`  Setup  ${address}/setup?token=${setupToken(loadKeys(config))}`);
    lines.push('         This link makes the first account and works once.');
  }
  return [...lines, '  Stop   Ctrl-C', ''].join('\n');
}

/** The address to open: of its name where it speaks TLS, which a certificate is for. */
export function panelAddress({ http, tls, settings }: Config): string {
  const isEverywhere = ['0.0.0.0', '::', '127.0.0.1'].includes(http.host);
  if (!tls) return `http://${isEverywhere ? 'localhost' : http.host}:${http.port}`;

  const host = settings.certificate?.domain?.value ?? (isEverywhere ? 'localhost' : http.host);
  return `https://${host}${http.port === 443 ? '' : `:${http.port}`}`;
}

/** The address at which a process of ours finds the API. */
export function localAddress({ http, tls }: Config): string {
  if (tls) return `http://127.0.0.1:${tls.localPort}`;

  const isEverywhere = ['0.0.0.0', '::'].includes(http.host);
  const host = isEverywhere ? '127.0.0.1' : http.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${http.port}`;
}

async function isSetupRequired(config: Config): Promise<boolean> {
  const url = `${localAddress(config)}/api/setup`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  return SetupState.parse(await answer.json()).required;
}
