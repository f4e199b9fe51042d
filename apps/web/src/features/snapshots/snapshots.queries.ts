import { Plan } from '@cmp/shared/changes';
import { LegacyPasswords } from '@cmp/shared/legacy';
import {
  RecoveryKey,
  type RestoreRequest,
  SnapshotBegun,
  type SnapshotKind,
  SnapshotList,
} from '@cmp/shared/snapshots';
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { jobsKey } from '#lib/jobs.ts';
import { planById } from '#lib/plans.ts';
import { queryClient } from '#lib/query-client.ts';
import { saveFile } from '#lib/save-file.ts';

const snapshotsKey = ['snapshots'] as const;

/** Every snapshot that is whole, newest first. */
export const snapshotList = queryOptions({
  queryKey: snapshotsKey,
  queryFn: ({ signal }) => api.get('/snapshots', SnapshotList, { signal }),
  // One that is being made, checked or rehearsed is told by no event.
  refetchInterval: 5_000,
});

export const makeSnapshot = mutationOptions({
  mutationFn: (kind: SnapshotKind) => api.post('/snapshots', { kind }, SnapshotBegun),
  meta: { invalidates: [snapshotsKey, jobsKey] },
});

export const checkSnapshot = mutationOptions({
  mutationFn: (id: number) => api.post(`/snapshots/${id}/verify`, {}, SnapshotBegun),
  meta: { invalidates: [jobsKey] },
});

export const removeSnapshot = mutationOptions({
  mutationFn: (id: number) => api.delete(`/snapshots/${id}`),
  meta: { invalidates: [snapshotsKey] },
});

export const saveSnapshot = mutationOptions({
  mutationFn: ({ id, fileName }: { id: number; fileName: string }) =>
    saveFile(`/snapshots/${id}/file`, fileName),
});

export const showRecoveryKey = mutationOptions({
  mutationFn: (password: string) => api.post('/snapshots/recovery-key', { password }, RecoveryKey),
  meta: { told: 'by the form' },
});

/** What to restore: one of the list, or a file. */
export type RestoreSource = { snapshotId: number } | { file: File };

/** Asks what a restore would do; what comes back is a plan that is still being worked out. */
export const planRestore = mutationOptions({
  mutationFn: ({ source, request }: { source: RestoreSource; request: RestoreRequest }) => {
    if ('snapshotId' in source)
      return api.post('/snapshots/restore', { ...request, ...source }, Plan);
    const form = new FormData();
    // Before the file, so that what it means is known when it comes.
    for (const [name, value] of Object.entries(request)) form.set(name, String(value));
    form.set('file', source.file);
    return api.upload('/snapshots/restore', form, Plan);
  },
  onSuccess: (plan) => {
    queryClient.setQueryData(planById(plan.id).queryKey, plan);
  },
  meta: { told: 'by the form', invalidates: [jobsKey] },
});

export const passwordsOfPlan = (planId: number) =>
  queryOptions({
    queryKey: ['plans', planId, 'one-time-passwords'],
    queryFn: ({ signal }) =>
      api.get(`/plans/${planId}/one-time-passwords`, LegacyPasswords, { signal }),
  });
