import { Job, JobList, type JobState } from '@cmp/shared/jobs';
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';
import { JobFailed } from './api-error.ts';
import { queryClient } from './query-client.ts';

export const jobsKey = ['jobs'] as const;

const pollMs = 1_000;

/** The long work one may see, newest first; watched while some of it runs. */
export const jobList = queryOptions({
  queryKey: [...jobsKey, 'list'],
  queryFn: ({ signal }) => api.get('/jobs?limit=20', JobList, { signal }),
  refetchInterval: ({ state }) => (state.data?.items.some(isRunning) ? pollMs : false),
});

/** One piece of long work, watched until it ends. */
export const jobById = (jobId: string) =>
  queryOptions({
    queryKey: [...jobsKey, jobId],
    queryFn: ({ signal }) => api.get(`/jobs/${jobId}`, Job, { signal }),
    refetchInterval: ({ state }) => (state.data && !isRunning(state.data) ? false : pollMs),
  });

/** Stops a job; nothing of it will be there. */
export const stopJob = mutationOptions({
  mutationFn: (jobId: string) => api.delete(`/jobs/${jobId}`),
  meta: { invalidates: [jobsKey, ['plans']] },
});

/** Waits until a job has ended; fails with its reason where it came to nothing. */
export async function endOfJob(jobId: string): Promise<void> {
  for (;;) {
    const job = await queryClient.fetchQuery({ ...jobById(jobId), staleTime: 0, retry: 5 });
    if (job.failure) throw new JobFailed(job.failure);
    if (!isRunning(job)) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

const running: readonly JobState[] = ['waiting', 'running'];

export const isRunning = ({ state }: Pick<Job, 'state'>): boolean => running.includes(state);

/** How far a job is, from 0 to 1; undefined where nobody can know. */
export function shareOf({ done, total }: Pick<Job, 'done' | 'total'>): number | undefined {
  if (total === null || total === 0) return undefined;
  return Math.min(1, done / total);
}
