import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import type { Db } from '#database/client.ts';
import { test } from './fixtures.ts';
import { registeredRoutes } from './registered-routes.ts';
import { expected, refusals, rowsToAskOf } from './route-matrix.expected.ts';
import { bodies, files, queries } from './route-matrix.requests.ts';
import { actors, makeWorld, type World } from './route-matrix.world.ts';

const { names, lines } = parseTable(expected);

describe('the route matrix (ASVS 8.2.1)', () => {
  test('has a line for every registered route, and a route for every line', async ({
    startInstance,
  }) => {
    const registered = await routesOf(startInstance);

    const told = lines.flatMap(({ method, url }) =>
      method === 'GET' ? [`GET ${url}`, `HEAD ${url}`] : [`${method} ${url}`],
    );

    expect(registered).toEqual([...new Set(told)].toSorted());
  });

  test('asks every route with an id of rows in reach, out of reach and missing (ASVS 8.2.2)', () => {
    const withId = Map.groupBy(
      lines.filter(({ url }) => url.includes(':')),
      ({ route }) => route,
    );

    for (const [route, asked] of withId) {
      const [, url = ''] = route.split(' ');
      const must = rowsToAskOf[url.slice(0, url.indexOf(':'))];
      expect.soft(asked.map(({ of }) => of).toSorted(), route).toEqual(must?.toSorted());
    }
  });

  test('has a column for everybody', () => {
    expect(names.toSorted()).toEqual(Object.keys(actors).toSorted());
  });

  test.concurrent.for(Object.entries(actors))(
    'answers %s as the table says, and writes nothing where it refuses (ASVS 8.2.2, 8.3.1)',
    { timeout: 60_000 },
    async ([name, who], { startInstance, db, owner }) => {
      // It puts work in line and does none, so that nothing is written behind a request's back.
      const app = await startInstance({}, { work: 'sends' });
      const seen: Record<string, string> = {};
      const wrong: string[] = [];
      // Reads first: they all see one world, and nobody else’s rows are there yet.
      const reads = lines.filter(({ method }) => method === 'GET');
      const writes = lines.filter(({ method }) => method !== 'GET');

      let world = await makeWorld(app, db, who);
      for (const line of reads) {
        await askAndWatch(line);
        const head = await send(app, world, { ...line, method: 'HEAD' });
        if (String(head.statusCode) !== seen[line.name]?.slice(0, 3) || head.body !== '')
          wrong.push(`HEAD ${line.url} of ${line.of}: ${head.statusCode} ${head.body}`);
      }
      for (const line of writes) {
        const hasWritten = await askAndWatch(line);
        if (hasWritten) world = await makeWorld(app, db, who);
      }

      const column = lines.map((line) => [line.name, line.cells[name]]);
      expect(seen).toEqual(Object.fromEntries(column));
      expect(wrong).toEqual([]);

      async function askAndWatch(line: Line): Promise<boolean> {
        const before = await contentsOf(owner);
        const response = await send(app, world, line);
        const after = await contentsOf(owner);
        seen[line.name] = told(line, response, world);

        const written = Object.keys(after).filter((table) => after[table] !== before[table]);
        const mayWrite = response.statusCode < 400 && line.method !== 'GET';
        if (!mayWrite && written.length > 0)
          wrong.push(`${line.name}: ${response.statusCode}, but wrote to ${written.join(', ')}`);
        if (mayWrite && written.length === 0 && !mayWriteNothing.includes(line.url))
          wrong.push(`${line.name}: ${response.statusCode}, but wrote nothing`);

        if (response.statusCode === 404 && line.url.includes(':') && line.of !== 'missing') {
          const missing = await send(app, world, { ...line, of: 'missing' });
          if (withoutChance(missing) !== withoutChance(response))
            wrong.push(`${line.name}: tells its row from a missing one:\n${missing.body}`);
        }
        return written.length > 0;
      }
    },
  );
});

/** Whoever is signed out already has nothing to end, and a test keeps nothing but a pin. */
const mayWriteNothing = ['/api/auth/logout', '/api/settings/:section/test'];

interface Line {
  /** As a failure calls it: the route and of which row it is asked. */
  name: string;
  route: string;
  method: string;
  url: string;
  of: string;
  /** By actor: the answer, as `told` tells it. */
  cells: Record<string, string>;
}

function parseTable(table: string): { names: string[]; lines: Line[] } {
  const [[, , ...names] = [], ...rows] = table
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => row.split('|').map((cell) => cell.trim()));
  const lines = rows.map(([route = '', of = '', ...cells]): Line => {
    const [method = '', url = ''] = route.split(' ');
    if (cells.length !== names.length) throw new Error(`${route} of ${of} misses a cell.`);
    const answers = cells.map((cell, index) => [names[index], parseCell(cell)]);
    const name = of === '-' ? route : `${route} of ${of}`;
    return { name, route, method, url, of, cells: Object.fromEntries(answers) };
  });
  if (new Set(lines.map(({ name }) => name)).size < lines.length)
    throw new Error('The table names a route twice.');
  return { names, lines };
}

function parseCell(cell: string): string {
  const answer =
    refusals[cell] ?? (/^2\d\d( [HABhabxSTMDOE]+)?( #\d+)?$/.test(cell) ? cell : undefined);
  if (answer === undefined) throw new Error(`No answer is “${cell}”.`);
  return answer;
}

/** The status, then a refusal’s code, then what the answer shows of the world’s rows and how many a list says it has. */
function told(
  { method }: Line,
  { statusCode, headers, body }: LightMyRequestResponse,
  world: World,
): string {
  const isJson = String(headers['content-type']).startsWith('application/json');
  const { code, counts, total = counts?.all } = isJson && body !== '' ? JSON.parse(body) : {};
  const count = method === 'GET' && typeof total === 'number' ? `#${total}` : '';
  const cookies = [headers['set-cookie']].flat().join(' ');
  // A code that links a chat is no refusal's.
  const refusal = statusCode >= 400 ? code : '';
  return [statusCode, refusal, world.shownBy(body + cookies), count].filter(Boolean).join(' ');
}

let requestsSent = 0;

async function send(
  app: FastifyInstance,
  world: World,
  { method, url, of, route }: Pick<Line, 'method' | 'url' | 'of' | 'route'>,
): Promise<LightMyRequestResponse> {
  requestsSent += 1;
  const path = url.replace(
    /([a-z-]+)\/:\w+/,
    (_, kind: string) => `${kind}/${world.ids[kind]?.[of] ?? 'unknown'}`,
  );
  const body = bodies[route]?.(world);
  const request: InjectOptions = {
    method: method as 'GET',
    url: `${path}${queries[route] ?? ''}`,
    // Each from an address of its own, so that no rate limit answers in the route's place.
    remoteAddress:
      of === 'here' ? '127.0.0.1' : `198.18.${requestsSent >> 8}.${requestsSent & 255}`,
    cookies: world.cookies,
    headers: { host: 'portal.test', origin: 'http://portal.test' },
  };
  const file = files[route];
  if (file)
    return app.inject({
      ...request,
      headers: { ...request.headers, 'content-type': file.type },
      payload: file.body,
    });
  return app.inject(body ? { ...request, payload: body } : request);
}

function withoutChance({ statusCode, headers, body }: LightMyRequestResponse): string {
  const { date: _, ...rest } = headers;
  const id = statusCode >= 400 ? JSON.parse(body).requestId : '';
  return JSON.stringify([statusCode, rest, body]).replaceAll(id, '');
}

/** By table, a digest of its rows; except what counts attempts, refused ones included. */
async function contentsOf(owner: Db): Promise<Record<string, string>> {
  const { rows: tables } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and relname not in ('rate_limits', 'sign_in_attempts')`.execute(owner);
  const digests = tables.map(
    ({ name }) => sql`
      select ${name} as name, concat(count(*), ' ', sum(hashtextextended(t::text, 0))) as digest
      from ${sql.table(name)} as t`,
  );
  const { rows } = await sql<{ name: string; digest: string }>`
    ${sql.join(digests, sql` union all `)}`.execute(owner);
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}

async function routesOf(start: () => Promise<FastifyInstance>): Promise<string[]> {
  const routes = (await registeredRoutes(start)).filter(({ url }) => !isPanelFile(url));
  return routes
    .flatMap(({ method, url }) => [method].flat().map((one) => `${one} ${url}`))
    .toSorted();
}

/** The built panel's files are everybody's: a route that is one of them needs no line. */
function isPanelFile(url: string): boolean {
  const file = fileURLToPath(new URL(`../../../web/dist${url}`, import.meta.url));
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
