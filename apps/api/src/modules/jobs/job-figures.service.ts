import { JobKind } from '@cmp/shared/jobs';
import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

export interface QueueFigures {
  queue: string;
  waiting: number;
  running: number;
  oldestSeconds: number;
  done: number;
  failed: number;
  medianSeconds: number | null;
  longestSeconds: number | null;
}

/** By kind of job: every kind there is, also of those that nobody asked for. */
export async function readJobFigures(db: Db): Promise<QueueFigures[]> {
  const { rows } = await sql<QueueFigures>`
    select known.queue,
      count(id) filter (where state = 'waiting') as waiting,
      count(id) filter (where state = 'running') as running,
      coalesce(extract(epoch from now() - min(created_at) filter (where state = 'waiting')), 0)::float8
        as oldest_seconds,
      count(id) filter (where state = 'done' and ended_at > now() - interval '1 day') as done,
      count(id) filter (where state = 'failed' and ended_at > now() - interval '1 day') as failed,
      percentile_cont(0.5) within group (order by seconds) as median_seconds,
      max(seconds) as longest_seconds
    from unnest(${JobKind.options}::text[]) known(queue)
    left join (
      select *, case when ended_at > now() - interval '1 day'
        then extract(epoch from ended_at - started_at)::float8 end as seconds
      from jobs where state in ('waiting', 'running') or ended_at > now() - interval '1 day'
    ) job on kind = known.queue
    group by known.queue order by known.queue`.execute(db);
  return rows;
}
