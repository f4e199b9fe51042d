import { ApiError, JobFailed, Unreachable } from './api-error.ts';
import { failureInWords } from './failure-words.ts';
import { i18next } from './i18n.ts';

/** What went wrong, in the reader's words. */
export function explain(error: unknown): string {
  if (error instanceof ApiError) {
    const seconds = error.retryAfterSeconds;
    if (error.code === 'rate_limited' && seconds !== undefined) {
      return i18next.t('errors.rate_limited_for', { wait: waitInWords(seconds) });
    }
    const { said } = error.details;
    if (error.code === 'host_refused' && typeof said === 'string') {
      return i18next.t('errors.host_refused_for', { said });
    }
    return i18next.t(`errors.${error.code}`);
  }
  if (error instanceof JobFailed) return failureInWords(error.failure);
  if (error instanceof Unreachable) return i18next.t('errors.offline');
  return i18next.t('errors.unexpected');
}

/** "40 s" or "12 min": rounded up, so that nobody is told to come too early. */
export function waitInWords(seconds: number): string {
  if (seconds < 60) return i18next.t('time.seconds', { count: Math.ceil(seconds) });
  return i18next.t('time.minutes', { count: Math.ceil(seconds / 60) });
}
