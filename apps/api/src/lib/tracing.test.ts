import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, inject } from 'vitest';
import * as z from 'zod';
import { urlAs } from '#database/roles.ts';
import { test as base } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { rolePassword } from '#test/global-setup.ts';

const Value = z.object({ stringValue: z.string().optional(), intValue: z.number().optional() });
const Attributes = z
  .array(z.object({ key: z.string(), value: Value }))
  .transform((list) => new Map(list.map(({ key, value }) => [key, Object.values(value)[0]])));
const Span = z.object({
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  attributes: Attributes,
});
const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
});

const test = base
  .extend('receiver', async ({}, { onCleanup }) => {
    const exports: string[] = [];
    const server = createServer(async (request, response) => {
      exports.push(await text(request));
      response.setHeader('content-type', 'application/json').end('{}');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onCleanup(() => void server.close());
    const { port } = z.object({ port: z.int() }).parse(server.address());
    return { exports, endpoint: `http://127.0.0.1:${port}` };
  })
  /** The product as `main.ts` is started; gives its address once it listens. */
  .extend('serve', async ({ database }, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'cmp-traced-'));
    const started: ChildProcess[] = [];
    onCleanup(async () => {
      for (const child of started) child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    });
    return async (env: NodeJS.ProcessEnv) => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = z.object({ port: z.int() }).parse(server.address());
      await once(server.close(), 'close');
      const entry = fileURLToPath(new URL('../main.ts', import.meta.url));
      const child = spawn(process.execPath, [entry], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        env: {
          ...process.env,
          ...{ PORT: String(port), HOST: '127.0.0.1', DATA_DIR: folder, WORK: 'off' },
          DATABASE_URL: urlAs(inject('postgresUrl'), 'cmp_app', rolePassword, database),
          ...env,
        },
      });
      started.push(child);
      await once(child, 'message');
      return { child, site: `http://127.0.0.1:${port}` };
    };
  });

test('requests and their queries are traced where an endpoint is named, without what they were about', {
  timeout: 60_000,
}, async ({ receiver, serve, given }) => {
  await given.account({ username: 'canary-sam' });
  const { child, site } = await serve({
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_SERVICE_NAME: 'portal-of-test' },
  });

  const response = await fetch(`${site}/api/auth/login?q=canary-query`, {
    method: 'POST',
    headers: { origin: site, 'content-type': 'application/json', cookie: 'x=canary-cookie' },
    body: JSON.stringify({ username: 'canary-sam', password }),
  });
  child.kill('SIGTERM');
  await once(child, 'exit');

  expect(response.status).toBe(200);
  const told = receiver.exports.flatMap((body) => Export.parse(JSON.parse(body)).resourceSpans);
  expect(told[0]?.resource.attributes.get('service.name')).toBe('portal-of-test');
  const spans = told.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  const request = spans.find(({ name }) => name === 'POST /api/auth/login');
  expect(Object.fromEntries(request?.attributes ?? [])).toEqual({
    'http.request.method': 'POST',
    'http.route': '/api/auth/login',
    'http.response.status_code': 200,
    'cmp.request_id': response.headers.get('x-request-id'),
  });
  const queries = spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
  const texts = queries.map(({ attributes }) => String(attributes.get('db.query.text')));
  expect(texts.some((query) => /^select .*"accounts"/s.test(query))).toBe(true);
  expect(texts.some((query) => /insert into "?sessions/.test(query))).toBe(true);
  expect(receiver.exports.join('')).not.toMatch(/canary|tide-harbour/);
});
