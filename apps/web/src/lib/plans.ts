import {
  Committed,
  Plan,
  type PlanCommit,
  type PlanEntryKind,
  PlanEntryList,
} from '@cmp/shared/changes';
import { Id } from '@cmp/shared/primitives';
import { importModes } from '@cmp/shared/workbook';
import { infiniteQueryOptions, mutationOptions, queryOptions } from '@tanstack/react-query';
import * as z from 'zod';
import { api } from './api.ts';
import { endOfJob, jobsKey } from './jobs.ts';
import { queryClient } from './query-client.ts';
import { serverList } from './server-list.ts';

const plansKey = ['plans'] as const;

/** What a plan can alter once it is made real; the session and the site it cannot. */
const staleAfterPlans = [
  plansKey,
  jobsKey,
  serverList.queryKey,
  ['servers'],
  ['users'],
  ['services'],
  ['overview'],
  ['audit'],
  ['accounts'],
  ['settings'],
  ['snapshots'],
] as const;

const pollMs = 700;

/** A plan; asked for again and again while it is being read or made. */
export const planById = (planId: number) =>
  queryOptions({
    queryKey: [...plansKey, planId],
    queryFn: async ({ signal, client, queryKey }) => {
      const known = client.getQueryData<Plan>(queryKey);
      const plan = await api.get(`/plans/${planId}`, Plan, { signal });
      // A job has made it real meanwhile: what the pages know is of before.
      if (known?.state === 'committing' && plan.state === 'committed') forgetWhatWas();
      return plan;
    },
    refetchInterval: ({ state }) => (isMoving(state.data) ? pollMs : false),
  });

function forgetWhatWas(): void {
  for (const key of staleAfterPlans)
    if (key !== plansKey) void queryClient.invalidateQueries({ queryKey: key });
}

const isMoving = (plan: Plan | undefined) =>
  plan?.state === 'parsing' || plan?.state === 'committing';

/** What would become of its rows, those of one kind, more and more of them. */
export const entriesOfPlan = (planId: number, kind: PlanEntryKind, limit = 100) =>
  infiniteQueryOptions({
    queryKey: [...plansKey, planId, 'entries', kind, limit],
    queryFn: ({ signal, pageParam }) => {
      const query = new URLSearchParams({ kind, limit: String(limit) });
      if (pageParam) query.set('cursor', pageParam);
      return api.get(`/plans/${planId}/entries?${query}`, PlanEntryList, { signal });
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    // A plan's rows never alter; only its state does.
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Works out what undoing a change would set back. */
export const planUndo = mutationOptions({
  mutationFn: (changeId: number) => api.post(`/changes/${changeId}/undo`, {}, Plan),
  meta: { told: 'by the form' },
});

/** Makes a plan real, at once or by a job. */
export const commitPlan = mutationOptions({
  mutationFn: ({ planId, options }: { planId: number; options: PlanCommit }) =>
    api.post(`/plans/${planId}/commit`, options, Committed),
  meta: { told: 'by the form', invalidates: staleAfterPlans },
});

interface UndoOfPlan {
  planId: number;
  /** Told of the job that makes a large one. */
  onJob?: (jobId: string) => void;
}

/** Makes the plan of an undo real; of a large one, waits until its job has. */
export async function makeUndo({ planId, onJob }: UndoOfPlan): Promise<void> {
  const { jobId } = await api.post(`/plans/${planId}/commit`, {}, Committed);
  if (jobId === null) return;
  onJob?.(jobId);
  void queryClient.invalidateQueries({ queryKey: jobsKey });
  await endOfJob(jobId);
}

/** The same, with what it makes stale. */
export const commitUndo = mutationOptions({
  mutationFn: makeUndo,
  meta: { told: 'by the form', invalidates: staleAfterPlans },
});

/** What an import is about; other plans have other subjects. */
export const ImportSubject = z.object({
  serverId: Id,
  serverName: z.string(),
  fileName: z.string(),
  mode: z.enum(importModes),
});
export type ImportSubject = z.infer<typeof ImportSubject>;

const UndoSubject = z.object({ changeId: z.int() });

/** Where the panel shows a plan: an import on its server's page of imports, an undo in the log, a restore on its own. */
export async function addressOfPlan(planId: number): Promise<string> {
  const { action, subject, changeId } = await queryClient.fetchQuery({
    ...planById(planId),
    staleTime: 0,
  });
  if (action === 'changes:undo')
    return `/audit?change=${changeId ?? UndoSubject.parse(subject).changeId}`;
  if (action !== 'users:import') return `/snapshots/restore/${planId}`;
  const { serverId } = ImportSubject.parse(subject);
  return `/servers/${serverId}/import/${planId}`;
}
