import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { Registry } from 'prom-client';
import { registry } from '#lib/metrics.ts';
import { type Collector, collectors, type Watched } from './collectors.ts';
import { addFigure, type Figure, figure } from './gauges.ts';

/** How long a scrape waits for what is read: Prometheus gives up after ten seconds, and then knows nothing at all. */
const patienceMs = 3_000;

/** Gives everything Prometheus may know, in its text form: of the process, its pool, and the database as it is now. */
export function metricsReader(watched: Watched, keptMs?: number): () => Promise<string> {
  const readers = Object.entries<Collector>(collectors).map(([name, collector]) => ({
    name,
    read: keptReader(() => collector.collect(watched), keptMs ?? collector.keptMs),
  }));

  return async () => {
    const live = new Registry();
    for (const each of poolFigures(watched.pool)) addFigure(live, each);
    const done = new AbortController();
    const isLate = wait(patienceMs, undefined, { signal: done.signal, ref: false }).catch(() => {});
    // What fails or is late is not told; it is there for the next scrape.
    const inTime = <Read>(read: () => Promise<Read>) =>
      Promise.race([read().catch(() => undefined), isLate]);

    const isUp = (await inTime(() => sql`select 1`.execute(watched.db))) !== undefined;
    addFigure(live, figure('cmp_database_up', 'Whether the database answers.', isUp));
    const samples: Figure['samples'] = [];
    // One after the other: a scrape takes one connection of those that requests wait for.
    for (const { name, read } of readers) {
      const figures = isUp ? await inTime(read) : undefined;
      samples.push({ labels: { collector: name }, value: figures ? 1 : 0 });
      for (const each of figures ?? []) addFigure(live, each);
    }
    done.abort();
    const help = 'Whether these figures could be read in time.';
    addFigure(live, { name: 'cmp_collector_up', help, samples });
    return Registry.merge([registry, live]).metrics();
  };
}

function poolFigures(pool: Pool): Figure[] {
  const { totalCount, idleCount, waitingCount, options } = pool;
  return [
    figure('cmp_pool_size', 'Connections to the database that there may be.', options.max),
    figure('cmp_pool_connections', 'Connections to the database.', totalCount),
    figure('cmp_pool_in_use', 'Of them, those at work.', totalCount - idleCount),
    figure('cmp_pool_idle', 'Of them, those at rest.', idleCount),
    figure('cmp_pool_waiting', 'Requests that wait for a connection.', waitingCount),
  ];
}

const longestMs = 300_000;

/** Repeats an answer for a while, for a hundred times as long as it took where that is longer, and asks once for all. */
function keptReader(read: () => Promise<Figure[]>, keptMs: number): () => Promise<Figure[]> {
  let known: { until: number; figures: Figure[] } | undefined;
  let asked: Promise<Figure[]> | undefined;

  async function ask(): Promise<Figure[]> {
    const begunAt = performance.now();
    try {
      const figures = await read();
      const endedAt = performance.now();
      const until =
        endedAt + (keptMs && Math.max(keptMs, Math.min((endedAt - begunAt) * 100, longestMs)));
      known = { until, figures };
      return figures;
    } finally {
      asked = undefined;
    }
  }

  return async () => {
    if (known && performance.now() < known.until) return known.figures;
    asked ??= ask();
    return asked;
  };
}
