import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { FastifyInstance } from 'fastify';
import type { Pool, PoolClient } from 'pg';

export interface Tracing {
  traceRequests: (app: FastifyInstance) => void;
  traceQueries: (pool: Pool) => void;
  /** Sends what was not sent yet. */
  stop: () => Promise<void>;
}

/**
 * Tells of requests, and of their queries, by OTLP. Where to, and with which headers, the exporter reads from the
 * variables of its standard. Imported only where it is wanted: nobody else pays for it.
 */
export function startTracing(service: { name: string; version: string }): Tracing {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service.name,
      'service.version': service.version,
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracer = provider.getTracer('cmp');

  function traceRequests(app: FastifyInstance): void {
    const spans = new WeakMap<object, ReturnType<typeof tracer.startSpan>>();
    app.addHook('onRequest', (request, _reply, done) => {
      const route = request.routeOptions.url ?? 'none';
      const attributes = {
        'http.request.method': request.method,
        'http.route': route,
        'cmp.request_id': request.id,
      };
      const name = `${request.method} ${route}`;
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes });
      spans.set(request, span);
      context.with(trace.setSpan(context.active(), span), done);
    });
    app.addHook('onResponse', (request, reply, done) => {
      const span = spans.get(request);
      span?.setAttribute('http.response.status_code', reply.statusCode);
      if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
      span?.end();
      done();
    });
  }

  /** Within a request alone: what the portal asks by itself would be a trace every few seconds. */
  function traceQueries(pool: Pool): void {
    pool.on('connect', (client: PoolClient) => {
      const { query } = client;
      const traced = (...given: unknown[]) => {
        const text = textOf(given[0]);
        if (text === undefined || !trace.getActiveSpan())
          return Reflect.apply(query, client, given);
        const shape = withoutValues(text);
        const span = tracer.startSpan(shape.split(/\s/, 1)[0]?.toUpperCase() || 'QUERY', {
          kind: SpanKind.CLIENT,
          attributes: { 'db.system.name': 'postgresql', 'db.query.text': shape },
        });
        const end = (failure?: unknown) => {
          if (failure) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        };
        const last = given.at(-1);
        if (typeof last === 'function') {
          const heard = (failure: unknown, ...answer: unknown[]) => {
            end(failure);
            last(failure, ...answer);
          };
          return Reflect.apply(query, client, [...given.slice(0, -1), heard]);
        }
        const answer: unknown = Reflect.apply(query, client, given);
        if (answer instanceof Promise) answer.then(() => end(), end);
        else end();
        return answer;
      };
      Object.assign(client, { query: traced });
    });
  }

  return { traceRequests, traceQueries, stop: () => provider.shutdown() };
}

function textOf(asked: unknown): string | undefined {
  if (typeof asked === 'string') return asked;
  if (typeof asked !== 'object' || asked === null || !('text' in asked)) return undefined;
  return typeof asked.text === 'string' ? asked.text : undefined;
}

const longestText = 2_000;

/** Values go beside the text; what may still stand in it, as a literal, is somebody's too. */
function withoutValues(text: string): string {
  return text
    .trim()
    .replaceAll(/'(?:[^']|'')*'/g, '?')
    .replaceAll(/(?<![\w$.])\d+(?:\.\d+)?\b/g, '?')
    .slice(0, longestText);
}
