/**
 * Lets those who ask the same at the same time share one answer, so that what is dear is worked out once for all.
 * Nobody gets an answer that was begun before they asked: everybody sees what they themselves wrote.
 */
export function sharedRuns<Value>(): (key: string, run: () => Promise<Value>) => Promise<Value> {
  const running = new Map<string, { current: Promise<Value>; next?: Promise<Value> }>();

  function begin(key: string, run: () => Promise<Value>): Promise<Value> {
    const turn = { current: run() };
    running.set(key, turn);
    const forget = () => {
      if (running.get(key) === turn && !('next' in turn)) running.delete(key);
    };
    turn.current.then(forget, forget);
    return turn.current;
  }

  return (key, run) => {
    const turn = running.get(key);
    if (!turn) return begin(key, run);
    const again = () => begin(key, run);
    turn.next ??= turn.current.then(again, again);
    return turn.next;
  };
}
