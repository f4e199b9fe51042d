import { NotificationEvent } from '@cmp/shared/notifications';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect } from 'vitest';
import { test } from '#test/fixtures.ts';
import { expected } from '#test/route-matrix.expected.ts';

describe('GET /openapi.json', () => {
  test('is a valid description of 3.1', async ({ api }) => {
    const viewer = await api.as('viewer');

    const response = await viewer.get('/openapi.json');

    expect(response.headers['content-type']).toContain('application/json');
    const document = response.json();
    expect(document.openapi).toBe('3.1.1');
    const { valid, errors } = await new Validator().validate(document);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  test('has every route of the API, and none of the inside', async ({ api }) => {
    const viewer = await api.as('viewer');

    const { paths } = (await viewer.get('/openapi.json')).json();

    const told = Object.entries<Record<string, object>>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routes = expected
      .split('\n')
      .map((line) => line.split('|', 1)[0]?.trim() ?? '')
      .filter((route) => / \/api\//.test(route))
      .map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
    expect(told.toSorted()).toEqual([...new Set(routes)].toSorted());
  });

  test('tells of each event what the webhook posts, and how it is signed', async ({ api }) => {
    const viewer = await api.as('viewer');

    const { webhooks } = (await viewer.get('/openapi.json')).json();

    expect(Object.keys(webhooks).toSorted()).toEqual(
      [...NotificationEvent.options, 'ping'].toSorted(),
    );
    for (const [event, { post }] of Object.entries<{ post: WebhookDescription }>(webhooks)) {
      const { schema } = post.requestBody.content['application/json'];
      expect(schema.properties.event, event).toMatchObject({ const: event });
      expect(schema.required, event).toContain('servers');
      expect(post.parameters.map(({ name }) => name)).toEqual([
        'x-cmp-signature',
        'x-cmp-event',
        'x-cmp-delivery',
      ]);
    }
  });
});

interface WebhookDescription {
  parameters: { name: string }[];
  requestBody: {
    content: {
      'application/json': { schema: { properties: Record<string, object>; required: string[] } };
    };
  };
}
