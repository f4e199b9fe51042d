import { setTimeout as wait } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { sharedRuns } from './shared-runs.ts';

test('those who ask while one run is under way share the next one, never that one', async () => {
  const ask = sharedRuns<number>();
  const begun: PromiseWithResolvers<number>[] = [];
  const run = () => {
    const turn = Promise.withResolvers<number>();
    begun.push(turn);
    return turn.promise;
  };
  const runs = (count: number) => vi.waitFor(() => expect(begun.length).toBe(count));

  const first = ask('all', run);
  await runs(1);
  const [second, third] = [ask('all', run), ask('all', run)];
  await wait(5);
  expect(begun.length).toBe(1);
  begun[0]?.resolve(1);
  expect(await first).toBe(1);
  await runs(2);
  const fourth = ask('all', run);
  begun[1]?.resolve(2);

  expect([await second, await third]).toEqual([2, 2]);
  await runs(3);
  begun[2]?.resolve(3);
  expect(await fourth).toBe(3);
});

test('those who were answered together and ask again one after the other share a dear run', async () => {
  const ask = sharedRuns<number>();
  let runs = 0;
  const run = async () => {
    await wait(100);
    runs += 1;
    return runs;
  };
  await ask('all', run);

  const again = ask('all', run);
  await wait(2);
  const later = ask('all', run);

  expect([await again, await later]).toEqual([2, 2]);
});

test('another question is not waited for, and a failure is nobody else’s', async () => {
  const ask = sharedRuns<number>();
  const failing = Promise.withResolvers<number>();

  const failed = ask('all', () => failing.promise);
  await new Promise(setImmediate);
  const after = ask('all', async () => 2);
  const other = ask('some', async () => 3);

  expect(await other).toBe(3);
  failing.reject(new Error('gone'));
  await expect(failed).rejects.toThrow('gone');
  expect(await after).toBe(2);
  expect(await ask('all', async () => 4)).toBe(4);
});
