import { appendFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import type { SignInOutcome } from '@cmp/shared/auth';
import { StartRefused } from './start-refused.ts';

export type TellSignIn = (attempt: {
  outcome: SignInOutcome;
  ip: string;
  username: string;
}) => void;

/**
 * Opens the log of sign-ins that fail2ban reads: a line each, whatever the name. The file is opened for each line, so
 * that it can be rotated by its name. A line that cannot be written stops nobody from signing in.
 */
export function openSignInLog(
  path: string | undefined,
  tell: (failure: unknown) => void,
): TellSignIn {
  if (path === undefined) return () => {};
  try {
    appendFileSync(path, '', { mode });
  } catch (error) {
    throw new StartRefused(`AUTH_LOG_PATH cannot be written: ${String(error)}`);
  }
  return (attempt) => {
    appendFile(path, lineOf(attempt, new Date()), { mode }).catch(tell);
  };
}

const mode = 0o640;

function lineOf({ outcome, ip, username }: Parameters<TellSignIn>[0], now: Date): string {
  const verdict = outcome === 'success' ? 'accepted' : 'failed';
  return `${now.toISOString()} cmp: sign-in ${verdict} ip=${ip} outcome=${outcome} name=${quoted(username)}\n`;
}

const longestName = 64;

/** Nothing of a name ends the line or the quotes: what is no plain letter of print is written by its number. */
function quoted(name: string): string {
  const plain = name
    .slice(0, longestName)
    .replaceAll(
      /[^\x20-\x7e]|["\\]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return `"${plain}"`;
}
