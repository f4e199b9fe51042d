// Asks a portal the same thing again and again, on connections of their own, and says at its end how that went:
// node asker.mjs URL; ended by SIGTERM.
import { setTimeout as sleep } from 'node:timers/promises';

const [, , url = ''] = process.argv;
const told = { asked: 0, failed: 0, longestGapMs: 0, commits: /** @type {string[]} */ ([]) };
let wellAt = performance.now();
let isAsking = true;
process.on('SIGTERM', () => {
  isAsking = false;
});

while (isAsking) {
  told.asked += 1;
  try {
    const answer = await fetch(url, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(5_000),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const { versions } = await answer.json();
    if (!told.commits.includes(versions.gitSha)) told.commits.push(versions.gitSha);
    told.longestGapMs = Math.max(told.longestGapMs, Math.round(performance.now() - wellAt));
    wellAt = performance.now();
  } catch {
    told.failed += 1;
  }
  await sleep(20);
}
console.log(JSON.stringify(told));
