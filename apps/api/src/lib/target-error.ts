import type { TargetReason } from '@cmp/shared/settings/tests';

interface Extras {
  cause?: unknown;
  /** What the other side said. */
  said?: string;
  address?: string;
  hostKey?: string;
}

/** Why something outside could not be used: what an operator can mend. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  readonly reason: TargetReason;
  readonly said: string | null;
  readonly address: string | null;
  readonly hostKey: string | null;

  constructor(reason: TargetReason, message: string, extras: Extras = {}) {
    super(message, { cause: extras.cause });
    this.reason = reason;
    this.said = extras.said ?? null;
    this.address = extras.address ?? null;
    this.hostKey = extras.hostKey ?? null;
  }
}

/** What the network's own errors come to. Undefined where this is no failure of a connection. */
export function asTargetError(error: unknown): TargetError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof TargetError) return at;
    if (at.name === 'TimeoutError' || at.name === 'AbortError')
      return new TargetError('timed_out', 'There was no answer in time.', { cause: error });
    const code = 'code' in at ? String(at.code) : '';
    const known = targetErrorOf(code, { cause: error, said: at.message });
    if (known) return known;
  }
  return undefined;
}

/** What a code of Node's own comes to. Undefined where it says nothing of a connection. */
export function targetErrorOf(code: string, extras: Extras): TargetError | undefined {
  const reason = reasonOf(code);
  return reason && new TargetError(reason, sentenceOf[reason], extras);
}

const byCode = {
  ENOTFOUND: 'name_unknown',
  EAI_AGAIN: 'name_unknown',
  EDNS: 'name_unknown',
  ECONNREFUSED: 'connection_refused',
  EHOSTUNREACH: 'connection_refused',
  ENETUNREACH: 'connection_refused',
  EADDRNOTAVAIL: 'connection_refused',
  ECONNRESET: 'connection_lost',
  EPIPE: 'connection_lost',
  ECONNECTION: 'connection_lost',
  ETIMEDOUT: 'timed_out',
  ABORT_ERR: 'timed_out',
  EPROTO: 'tls_failed',
  ETLS: 'tls_failed',
  ENOSPC: 'storage_full',
  EDQUOT: 'storage_full',
  ENOENT: 'folder_missing',
  ENOTDIR: 'folder_missing',
  EACCES: 'not_allowed',
  EPERM: 'not_allowed',
  EROFS: 'not_allowed',
} as const satisfies Record<string, TargetReason>;

const sentenceOf = {
  name_unknown: 'The name is not known.',
  connection_refused: 'Nothing answers there.',
  connection_lost: 'The connection was closed in the middle.',
  timed_out: 'There was no answer in time.',
  tls_failed: 'No encrypted connection came about.',
  certificate_refused: 'The certificate of the other side is not one to trust.',
  storage_full: 'There is no room left.',
  folder_missing: 'The folder is not there.',
  not_allowed: 'It may not be written there.',
} as const satisfies Partial<Record<TargetReason, string>>;

const reasons = new Map<string, keyof typeof sentenceOf>(Object.entries(byCode));

function reasonOf(code: string): keyof typeof sentenceOf | undefined {
  if (/^(CERT_|ERR_TLS_CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code))
    return 'certificate_refused';
  if (/^(ERR_TLS_|ERR_SSL_)/.test(code)) return 'tls_failed';
  return reasons.get(code);
}
