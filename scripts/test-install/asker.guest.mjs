// Asks a portal again and again whether it is ready, on connections of their own, and now and then what answers, which
// strangers may not ask often. Says at its end how that went: node asker.guest.mjs ORIGIN; ended by SIGTERM.
import { setTimeout as sleep } from 'node:timers/promises';

const [, , origin = ''] = process.argv;
const WHAT_EVERY = 150;
const told = { asked: 0, failed: 0, longestGapMs: 0, commits: /** @type {string[]} */ ([]) };
let wellAt = performance.now();
let isAsking = true;
process.on('SIGTERM', () => {
  isAsking = false;
});

while (isAsking) {
  told.asked += 1;
  try {
    await ask('/internal/ready');
    told.longestGapMs = Math.max(told.longestGapMs, Math.round(performance.now() - wellAt));
    wellAt = performance.now();
    if (told.asked % WHAT_EVERY === 1) {
      const { versions } = await ask('/api/health');
      if (!told.commits.includes(versions.gitSha)) told.commits.push(versions.gitSha);
    }
  } catch {
    told.failed += 1;
  }
  await sleep(20);
}
console.log(JSON.stringify(told));

/** @param {string} what */
async function ask(what) {
  const answer = await fetch(origin + what, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(5_000),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}
