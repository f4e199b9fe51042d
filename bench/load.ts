import { setTimeout as wait } from 'node:timers/promises';
import autocannon from 'autocannon';
import * as z from 'zod';
import type { HttpPair } from './http-pairs.ts';
import type { BenchServer } from './servers.ts';

export interface Load {
  requests: number;
  perSecond: number;
  cpuUsPerRequest: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
}

/** What is asked for. */
export type Target = Pick<HttpPair, 'method' | 'path' | 'write'>;

interface Wish {
  seconds: number;
  connections: number;
  cookies: readonly string[];
  /** Of the row that is written. */
  version: number;
}

/** Loads one route for some seconds. An answer other than 2xx is a fault of the bench, and ends it. */
export async function load(
  server: BenchServer,
  pair: Target,
  { seconds, connections, ...wish }: Wish,
): Promise<Load> {
  const requests = requestsOf(pair, server.origin, wish);
  const latenciesMs: number[] = [];

  const cpuBefore = server.cpuMs();
  const { promise, resolve, reject } = Promise.withResolvers<autocannon.Result>();
  autocannon({ url: server.origin, duration: seconds, connections, requests }, (error, result) =>
    error ? reject(error) : resolve(result),
  ).on('response', (_client, _status, _bytes, latencyMs) => latenciesMs.push(latencyMs));
  const result = await promise;
  await wait(100); // What was on its way when the time was up may still be written.
  const cpuMs = server.cpuMs() - cpuBefore;

  const bad = result.non2xx + result.errors + result.timeouts;
  if (bad > 0 || latenciesMs.length === 0)
    throw new Error(
      `${pair.method} ${pair.path}: ${bad} requests failed, ${latenciesMs.length} came back.`,
    );
  latenciesMs.sort((a, b) => a - b);
  const percentile = (share: number) =>
    latenciesMs[Math.floor(latenciesMs.length * share)] ?? Number.NaN;
  return {
    requests: latenciesMs.length,
    perSecond: latenciesMs.length / result.duration,
    cpuUsPerRequest: (cpuMs * 1000) / latenciesMs.length,
    p50Ms: percentile(0.5),
    p95Ms: percentile(0.95),
    p99Ms: percentile(0.99),
  };
}

const Versioned = z.object({ version: z.int() });

/** Whoever writes a row does so by one session: each write needs the version that the one before answered. */
function requestsOf(
  { method, path, write }: Target,
  origin: string,
  { cookies, version }: Pick<Wish, 'cookies' | 'version'>,
): autocannon.Request[] {
  const base = (cookie: string) => ({ method, path, headers: headersOf(origin, cookie) });
  if (!write) return cookies.map(base);

  let current = version;
  return cookies.map((cookie) => ({
    ...base(cookie),
    setupRequest: (request) => ({ ...request, body: JSON.stringify(write.body(current)) }),
    onResponse: (status, body) => {
      if (status === 200) current = Versioned.parse(JSON.parse(body)).version;
    },
  }));
}

/** The version that the next write is based on. */
export async function currentVersion(
  { origin }: BenchServer,
  { write }: Target,
  cookie: string,
): Promise<number> {
  if (!write) return 0;
  const response = await fetch(origin + write.rowAt, { headers: headersOf(origin, cookie) });
  return Versioned.parse(await response.json()).version;
}

/** One answer as its fields and their kinds: two sides that answer differently are not compared. */
export async function shapeOfAnswer(
  { origin }: BenchServer,
  { method, path, write }: Target,
  cookie: string,
  version: number,
): Promise<string> {
  const response = await fetch(origin + path, {
    method,
    headers: headersOf(origin, cookie),
    ...(write && { body: JSON.stringify(write.body(version)) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return JSON.stringify(shapeOf(await response.json()));
}

function headersOf(origin: string, cookie: string) {
  return { cookie, origin, 'content-type': 'application/json' };
}

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [value.length, ...value.slice(0, 1).map(shapeOf)];
  if (value === null || typeof value !== 'object') return typeof value;
  const fields = Object.entries(value).toSorted(([a], [b]) => a.localeCompare(b));
  return fields.map(([name, field]) => [name, shapeOf(field)]);
}
