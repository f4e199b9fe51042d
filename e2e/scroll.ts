import { execFileSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { type CDPSession, chromium } from '@playwright/test';
import { findBrowser } from './browser.ts';
import { startPortal } from './portal.ts';
import { sam, setUp } from './test.ts';

// What scrolling 100,000 users costs the page's main thread: `pnpm --filter @cmp/e2e scroll`. Processor time of script,
// style and layout per frame, at three paces; read it as a figure of a machine that does nothing else.

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
}

const work = new Set([
  'FunctionCall',
  'EvaluateScript',
  'FireAnimationFrame',
  'EventDispatch',
  'TimerFire',
  'RunMicrotasks',
  'UpdateLayoutTree',
  'Layout',
  'PrePaint',
]);
const framesOfEachPace = 240;

const portal = await startPortal();
const { executablePath, args, env } = await findBrowser();
const browser = await chromium.launch({ executablePath, args, ...(env && { env }) });
try {
  const cookies = await setUp(portal, { ...sam, sampleData: false });
  execFileSync(
    path.resolve(import.meta.dirname, '../scripts/cmp'),
    ['seed', 'demo', '--servers', '200', '--users', '100000'],
    { env: { ...process.env, DATA_DIR: portal.dataDir }, stdio: 'inherit' },
  );
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addCookies(cookies);
  const page = await context.newPage();
  await page.goto(`${portal.url}/users`);
  await page.locator('[role=grid] [role=row]').nth(5).waitFor();
  await page.waitForTimeout(2_000);

  const session = await context.newCDPSession(page);
  const events = await traced(session, () =>
    page.evaluate(async (frames) => {
      const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const height = document.documentElement.scrollHeight - innerHeight;
      for (const step of [120, 900])
        for (let frame = 0; frame < frames; frame += 1) {
          scrollBy(0, step);
          await nextFrame();
        }
      for (let frame = 0; frame < frames; frame += 1) {
        if (frame % 6 === 0) scrollTo(0, (height * frame) / frames);
        await nextFrame();
      }
    }, framesOfEachPace),
  );

  const { perFrame, longestTaskMs } = measure(events);
  for (const [index, pace] of ['120 px a frame', '900 px a frame', 'jumps'].entries()) {
    const frames = perFrame.slice(index * framesOfEachPace, (index + 1) * framesOfEachPace);
    console.log(`${pace}: p50 ${at(frames, 0.5)} ms, p95 ${at(frames, 0.95)} ms`);
  }
  console.log(`all: p95 ${at(perFrame, 0.95)} ms; longest task ${longestTaskMs.toFixed(1)} ms`);
  console.log(
    `load average ${os.loadavg()[0]?.toFixed(1)} on ${os.availableParallelism()} processors`,
  );
} finally {
  await browser.close();
  await portal.stop();
}

async function traced(session: CDPSession, act: () => Promise<void>): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    events.push(...(value as unknown as TraceEvent[]));
  });
  const includedCategories = ['devtools.timeline', 'toplevel'];
  await session.send('Tracing.start', { traceConfig: { includedCategories } });
  await act();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  return events;
}

/** The page's main thread is the one that fires the animation frames; nested events count once, with their outermost. */
function measure(events: TraceEvent[]) {
  const frames = events.filter(({ name }) => name === 'FireAnimationFrame');
  const main = Map.groupBy(frames, ({ pid, tid }) => `${pid} ${tid}`);
  const [thread] = [...main].toSorted(([, a], [, b]) => b.length - a.length);
  const own = events
    .filter(({ ph, pid, tid }) => ph === 'X' && `${pid} ${tid}` === thread?.[0])
    .toSorted((a, b) => a.ts - b.ts);
  const starts = own.filter(({ name }) => name === 'FireAnimationFrame').map(({ ts }) => ts);

  const perFrame = starts.map(() => 0);
  let frame = 0;
  let end = 0;
  for (const { name, ts, dur = 0, tdur = dur } of own) {
    if (!work.has(name) || ts < end || ts < (starts[0] ?? 0)) continue;
    while ((starts[frame + 1] ?? Number.POSITIVE_INFINITY) <= ts) frame += 1;
    perFrame[frame] = (perFrame[frame] ?? 0) + tdur / 1000;
    end = ts + dur;
  }
  const tasks = own.filter(({ name }) => /RunTask$/.test(name));
  const longestTaskMs = Math.max(0, ...tasks.map(({ dur = 0, tdur = dur }) => tdur / 1000));
  return { perFrame, longestTaskMs };
}

function at(values: number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
}
