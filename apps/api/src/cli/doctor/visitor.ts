import { ErrorBody } from '@cmp/shared/errors';
import { type Received, sendHttp } from '#lib/outbound-http.ts';

/** What a browser does, as far as the walk needs it: one host, its cookies, its origin. */
export interface Visitor {
  get: (path: string, headers?: Record<string, string>) => Promise<Received>;
  post: (path: string) => Promise<Received>;
  /** Takes these cookies in place of those that it holds. */
  hold: (cookies: Record<string, string>) => void;
}

/** As long as one request may take. */
const requestMs = 10_000;

export function visitorOf(portal: URL, signal: AbortSignal): Visitor {
  const jar = new Map<string, string>();
  const send = async (
    method: 'GET' | 'POST',
    path: string,
    more: Record<string, string> = {},
  ): Promise<Received> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = {
      'user-agent': 'cmp doctor',
      ...(cookie && { cookie }),
      ...(method === 'POST' && { origin: portal.origin }),
      ...more,
    };
    const received = await sendHttp(
      new URL(path, portal),
      { method, headers },
      { allowPrivate: true, signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]) },
    );
    for (const line of received.headers['set-cookie'] ?? []) keep(jar, line);
    return received;
  };
  return {
    get: (path, headers) => send('GET', path, headers),
    post: (path) => send('POST', path),
    hold: (cookies) => {
      jar.clear();
      for (const [name, value] of Object.entries(cookies)) jar.set(name, value);
    },
  };
}

function keep(jar: Map<string, string>, line: string): void {
  const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
  if (name !== undefined && value !== undefined) jar.set(name, value);
}

/** What an answer says that is none of those wanted: its status, its code, and the id that the log knows it by. */
export function saidBy({ status, body }: Received): string {
  try {
    const { code, requestId } = ErrorBody.parse(JSON.parse(body));
    return `${status} ${code}, request ${requestId}`;
  } catch {
    return `${status}`;
  }
}
