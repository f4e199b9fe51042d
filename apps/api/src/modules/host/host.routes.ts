import { ErrorBody } from '@cmp/shared/errors';
import { Host, HostAct, HostActBegun, HostActRequest } from '@cmp/shared/host';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Config } from '#config.ts';
import { noteSecurityEvent } from '#lib/security-events.ts';
import { shortCache } from '#lib/short-cache.ts';
import { askHost, readHost } from './host.service.ts';

const summaryOf = {
  'certificate-renew': 'Begin the renewal of the certificate',
  'restart-api': 'Restart the API; what it accepted is answered first',
  'restart-worker': 'Restart the worker; a job under way is begun anew',
  'restart-bot': 'Restart the Telegram bot',
} as const satisfies Record<HostAct, string>;

export const hostRoutes: FastifyPluginAsyncZod<Pick<Config, 'helperSocket'>> = async (
  app,
  { helperSocket },
) => {
  // Each look is a process of root's: however many pages are open, there is one a second.
  const looks = shortCache(readHost);

  app.get('/system/host', {
    config: { allow: 'host:read' },
    schema: {
      summary: 'The units that run the portal, where it is installed as services',
      response: { 200: Host, '4xx': ErrorBody, 503: ErrorBody },
    },
    handler: () => looks.find(helperSocket),
  });

  for (const act of HostAct.options) {
    app.post(`/system/host/${act}`, {
      config: { allow: `host:${act}` },
      schema: {
        summary: summaryOf[act],
        body: HostActRequest,
        response: { 202: HostActBegun, '4xx': ErrorBody, 503: ErrorBody },
      },
      handler: async (request, reply) => {
        const { actor, body, log } = request;
        await app.confirmationOf(request)(body.password);
        await app.countHostAct(request);
        const asked = { act, accountId: actor.accountId, ip: actor.ip };
        noteSecurityEvent(log, 'authz_admin', asked, 'asked of the machine');
        const begun = await askHost(app.db, helperSocket, actor, act);
        looks.forgetAll();
        return reply.code(202).send(begun);
      },
    });
  }
};
