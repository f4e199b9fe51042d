import { NotificationEvent, WebhookBody, WebhookPing } from '@cmp/shared/notifications';
import swagger from '@fastify/swagger';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import * as z from 'zod';

/** Describes every route of `/api` by its contracts, and what the portal sends by itself. Told to whoever is signed in. */
const openapi: FastifyPluginAsync<{ version: string }> = async (app, { version }) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: { title: 'Customer Management Portal', version },
      components: {
        securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'cmp_access' } },
      },
      security: [{ session: [] }],
      webhooks,
    },
    transform: ({ url, ...route }) => {
      const told = describe({ url, ...route });
      return url.startsWith('/api/') ? told : { ...told, schema: { ...told.schema, hide: true } };
    },
  });

  let document: string | undefined;
  app.get('/api/openapi.json', {
    config: { allow: 'profile:read' },
    schema: { summary: 'This description', response: { 200: z.unknown() } },
    handler: async (_, reply) => {
      document ??= JSON.stringify(app.swagger());
      reply.type('application/json; charset=utf-8').serializer(String);
      return reply.send(document);
    },
  });
};

export default fp(openapi);

const describe = createJsonSchemaTransform({ zodToJsonConfig: { unrepresentable: 'any' } });

const headers = {
  'x-cmp-signature':
    't=<seconds since 1970>,v1=<HMAC-SHA256, in hexadecimal digits, of "t.body" under the secret of the settings>. Compare in constant time, and refuse an old t.',
  'x-cmp-event': 'What happened, as in the body.',
  'x-cmp-delivery': 'The same when it is sent again: what was delivered may come once more.',
};

/** By event: what is posted, and what the receiver is to answer. */
const webhooks = Object.fromEntries([
  ...NotificationEvent.options.map((event) => [
    event,
    sentAs(event, WebhookBody.extend({ event: z.literal(event) })),
  ]),
  ['ping', sentAs('ping', WebhookPing)],
]);

function sentAs(event: string, body: z.ZodType) {
  return {
    post: {
      summary: event === 'ping' ? 'The settings are being tested' : `Told of: ${event}`,
      security: [],
      parameters: Object.entries(headers).map(([name, description]) => ({
        ...{ name, description, in: 'header', required: true },
        schema: { type: 'string' },
      })),
      requestBody: {
        required: true,
        content: { 'application/json': { schema: z.toJSONSchema(body, { io: 'output' }) } },
      },
      responses: {
        '2XX': {
          description: 'Taken. Anything else, or nothing within ten seconds, is tried again.',
        },
        '429': { description: 'Later: `Retry-After` is honoured. So it is with 503.' },
        '3XX': { description: 'Redirections are not followed.' },
      },
    },
  };
}
