import type { Received } from '#lib/outbound-http.ts';
import { asTargetError } from '#lib/target-error.ts';
import { withoutSecrets } from '#lib/without-secrets.ts';
import { replyCodeOf } from '#modules/targets/mail.service.ts';
import { retryAfterMs } from './retry.ts';

/** What came of one try. */
export type Outcome =
  | { kind: 'sent' }
  /** The way was closed, or the receiver asks for patience: no fault of the message, which is tried until it is old. */
  | { kind: 'later'; failure: string; retryAfterMs?: number }
  /** The receiver's no to this message: a few more tries, then it is parked. */
  | { kind: 'refused'; failure: string }
  /** A no for good. */
  | { kind: 'hopeless'; failure: string }
  /** There is nobody to send it to. */
  | { kind: 'unwanted'; failure: string };

type Secrets = readonly (string | undefined)[];

/** What a webhook's receiver means by its answer. */
export function outcomeOfAnswer(
  { status, headers, body }: Received,
  secrets: Secrets,
  now: Date,
): Outcome {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status >= 300 && status < 400)
    return {
      kind: 'refused',
      failure: `The receiver answers elsewhere (${status}), and is not followed there.`,
    };
  const said = withoutSecrets(body, secrets).trim();
  const failure = `The receiver answered ${status}${said && `: ${said}`}`;
  if (status === 429 || status === 503)
    return { kind: 'later', failure, retryAfterMs: retryAfterMs(headers['retry-after'], now) };
  return { kind: 'refused', failure };
}

/** What an error on the way means. One of our own making is the message's: it would come again with every try. */
export function outcomeOfError(error: unknown, secrets: Secrets): Outcome {
  const replyCode = replyCodeOf(error);
  const target = asTargetError(error);
  const message = target?.message ?? (error instanceof Error ? error.message : String(error));
  const words = [message, target?.said].filter((part) => part && !/^\s*$/.test(part)).join(' ');
  const failure = withoutSecrets(words, secrets);
  if (target?.reason === 'sign_in_refused') return { kind: 'later', failure };
  if (replyCode !== undefined) return { kind: replyCode >= 500 ? 'hopeless' : 'later', failure };
  return { kind: target ? 'later' : 'refused', failure };
}
