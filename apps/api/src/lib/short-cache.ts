import { performance } from 'node:perf_hooks';

/** How long an answer may be repeated: whatever decides access is refused within this on every instance. */
const longestMs = 1_000;

export interface ShortCache<Key, Value> {
  /** The value as it was at most a second ago. Rejects where it cannot be asked for. */
  find: (key: Key) => Promise<Value>;
  /** Forgets at once what this instance itself altered. */
  forget: (keys: readonly Key[]) => void;
  forgetAll: () => void;
}

export function shortCache<Key, Value>(load: (key: Key) => Promise<Value>): ShortCache<Key, Value> {
  const answers = new Map<Key, { askedAt: number; value: Promise<Value> }>();

  function find(key: Key): Promise<Value> {
    const now = performance.now();
    const known = answers.get(key);
    if (known && now - known.askedAt < longestMs) return known.value;

    // Insertion order is age: whatever is too old to be used is dropped from the front.
    for (const [old, { askedAt }] of answers) {
      if (now - askedAt < longestMs) break;
      answers.delete(old);
    }
    const answer = { askedAt: now, value: load(key) };
    answers.delete(key);
    answers.set(key, answer);
    answer.value.catch(() => answers.get(key) === answer && answers.delete(key));
    return answer.value;
  }

  return {
    find,
    forget: (keys) => {
      for (const key of keys) answers.delete(key);
    },
    forgetAll: () => answers.clear(),
  };
}
