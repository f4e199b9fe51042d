import { Plan } from '@cmp/shared/changes';
import type { ImportMode } from '@cmp/shared/workbook';
import { mutationOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { jobsKey } from '#lib/jobs.ts';
import { planById } from '#lib/plans.ts';
import { queryClient } from '#lib/query-client.ts';
import { saveFile } from '#lib/save-file.ts';

interface Upload {
  serverId: number;
  mode: ImportMode;
  file: File;
}

/** Sends a file to be read; what comes back is a plan, perhaps still being read. */
export const startImport = mutationOptions({
  mutationFn: async ({ serverId, mode, file }: Upload): Promise<Plan> => {
    const form = new FormData();
    form.set('file', file);
    return api.upload(`/servers/${serverId}/users/import?mode=${mode}`, form, Plan);
  },
  onSuccess: (plan) => {
    queryClient.setQueryData(planById(plan.id).queryKey, plan);
  },
  meta: { told: 'by the form', invalidates: [jobsKey] },
});

/** A file that the portal makes, saved where the browser saves files. */
export const saveSheet = mutationOptions({
  mutationFn: ({ path, name }: { path: string; name: string }) => saveFile(path, name),
});

export const templateOf = (serverId: number) => ({
  path: `/servers/${serverId}/users/template.xlsx`,
  name: 'template.xlsx',
});
