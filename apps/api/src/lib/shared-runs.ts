import { setTimeout as wait } from 'node:timers/promises';

/**
 * Lets those who ask the same at the same time share one answer, so that what is dear is worked out once for all.
 * Nobody gets an answer that was begun before they asked: everybody sees what they themselves wrote.
 */
export function sharedRuns<Value>(): (key: string, run: () => Promise<Value>) => Promise<Value> {
  const waiting = new Map<string, Promise<Value>>();
  const running = new Map<string, Promise<unknown>>();
  let lastMs = 0;

  async function begin(key: string, run: () => Promise<Value>): Promise<Value> {
    await running.get(key)?.catch(() => {});
    // Those who were answered together ask again together: without a pause the first would run alone.
    const pauseMs = Math.min(lastMs * gatherShare, mostGatherMs);
    if (pauseMs >= 1) await wait(pauseMs);
    waiting.delete(key);

    const begunAt = performance.now();
    const answer = run();
    running.set(key, answer);
    try {
      return await answer;
    } finally {
      lastMs = performance.now() - begunAt;
      if (running.get(key) === answer) running.delete(key);
    }
  }

  return (key, run) => {
    const shared = waiting.get(key) ?? begin(key, run);
    waiting.set(key, shared);
    return shared;
  };
}

/** Of what the last run took: a cheap answer is not held up. */
const gatherShare = 0.1;
const mostGatherMs = 25;
