import { ErrorBody } from '@cmp/shared/errors';
import { ByJob, Job, JobList, JobQuery } from '@cmp/shared/jobs';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { listJobs } from './jobs.repository.ts';
import { getJob, type JobWorks, ownerFor, stopJob } from './jobs.service.ts';

export const jobRoutes: FastifyPluginAsyncZod<{ works: JobWorks }> = async (app, { works }) => {
  const { db } = app;

  app.get('/jobs', {
    config: { allow: 'jobs:list' },
    schema: {
      summary: 'One’s own long work, newest first; an admin sees everybody’s',
      querystring: JobQuery,
      response: { 200: JobList, '4xx': ErrorBody },
    },
    handler: ({ actor, query }) => listJobs(db, ownerFor(actor), query),
  });

  app.get('/jobs/:id', {
    config: { allow: 'jobs:read' },
    schema: { summary: 'One job', params: ByJob, response: { 200: Job, '4xx': ErrorBody } },
    handler: ({ actor, params }) => getJob(db, actor, params.id),
  });

  app.delete('/jobs/:id', {
    config: { allow: 'jobs:stop' },
    schema: {
      summary: 'Stop a job: nothing of it will be there',
      params: ByJob,
      response: { 200: Job, '4xx': ErrorBody },
    },
    handler: ({ actor, params }) => stopJob(db, works, actor, params.id),
  });
};
