import type { ApiError } from './api-error.ts';
import { createStore } from './store.ts';

/** Set while a person is asked to sign in again over the page they were on. */
export const signInRequest = createStore<SignInRequest | undefined>(undefined);

export interface SignInRequest {
  fulfil: () => void;
  refuse: () => void;
  /** What had the focus when it was asked. */
  from: Element | null;
}

let renewal: Promise<boolean> | undefined;
let answer: Promise<void> | undefined;

/**
 * Makes the session good again for every request that found it run out: one refresh for all of them,
 * then one dialog for all of them. Throws the refusal where that did not come about.
 */
export async function renewSession(asked: { mayAsk: boolean; refusal: ApiError }): Promise<void> {
  renewal ??= refresh().finally(() => {
    renewal = undefined;
  });
  if (await renewal) return;
  if (!asked.mayAsk) throw asked.refusal;

  answer ??= signedInAgain(asked.refusal).finally(() => {
    answer = undefined;
    signInRequest.set(undefined);
  });
  await answer;
}

async function refresh(): Promise<boolean> {
  try {
    const response = await fetch('/api/auth/refresh', {
      method: 'POST',
      signal: AbortSignal.timeout(15_000),
    });
    return response.ok;
  } catch {
    return false;
  }
}

function signedInAgain(refusal: ApiError): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  signInRequest.set({
    fulfil: resolve,
    refuse: () => reject(refusal),
    from: document.activeElement,
  });
  return promise;
}
