import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import * as z from 'zod';
import { test as base, client } from '#test/fixtures.ts';
import { addCheck, addJob, addSnapshot, set } from '#test/watched.ts';

const deploy = new URL('../../../../../deploy/', import.meta.url);

interface Sample {
  name: string;
  labels: Map<string, string>;
}

/** What a running instance tells where everything is used that can be. */
const test = base.extend('told', async ({ startInstance, api, db }): Promise<Sample[]> => {
  const app = await startInstance({
    settings: { telegram: { token: { variable: 'TELEGRAM_BOT_TOKEN', value: '123:secret' } } },
  });
  const admin = await api.as('admin', [], app);
  await set(db, 'telegram', { enabled: true });
  await set(db, 'certificate', { domain: 'portal.example.org' });
  await addCheck(db, { domain: 'portal.example.org', left: '50 days' });
  await addSnapshot(db, { age: '2 hours' });
  await addJob(db, {
    ...{ state: 'done', createdAt: '2 hours', startedAt: '2 hours', endedAt: '1 hour' },
  });
  await sql`insert into plans (action, state) values ('users:import', 'ready')`.execute(db);
  await sql`update bot_state set updated_at = now(), latency_ms = 90`.execute(db);
  await admin.put('/admin/matviews/user_status_matview', { exists: true });
  await admin.get('/accounts');
  for (let attempt = 0; attempt < 6; attempt += 1)
    await client(app).post('/auth/login', { username: 'sam', password: 'wrong' });

  return [...(await admin.get('/metrics')).payload.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)].map(
    ([, name = '', labels = '']) => ({ name, labels: labelsOf(labels) }),
  );
});

function labelsOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** What Prometheus itself adds to every series. */
const added = ['job', 'instance'];
/** Labels of no series: functions and words of the language that take parentheses or stand alone are no names of ours. */
const ownName = /\b(?:cmp|nodejs|process)_\w+/g;

/** What is wrong with a query, held against what is told. */
function faultsOf(query: string, told: Sample[]): string[] {
  const names = query.match(ownName) ?? [];
  const selectors = [...query.matchAll(/\b((?:cmp|nodejs|process)_\w+)\{([^}]*)\}/g)];
  const known = new Set(told.flatMap(({ labels }) => [...labels.keys()]));
  const grouped = [...query.matchAll(/\b(?:by|on) \(([^)]*)\)/g)]
    .flatMap(([, list = '']) => list.split(',').map((label) => label.trim()))
    .filter((label) => label !== '' && !added.includes(label) && !known.has(label));
  return [
    ...names.filter((name) => !told.some((one) => one.name === name)),
    ...grouped.map((label) => `by ${label}`),
    ...selectors.flatMap(([, name, matchers = '']) =>
      [...matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)]
        .filter(([, label = '']) => !added.includes(label))
        .filter(
          ([, label = '', operator, value]) =>
            !told.some(
              (one) =>
                one.name === name &&
                one.labels.has(label) &&
                (operator !== '=' || one.labels.get(label) === value),
            ),
        )
        .map(([matcher]) => `${name}{${matcher}}`),
    ),
  ];
}

const Dashboard = z.object({
  schemaVersion: z.int().min(36),
  title: z.string(),
  panels: z.array(
    z.object({
      id: z.int(),
      type: z.enum(['row', 'stat', 'timeseries']),
      title: z.string(),
      gridPos: z.object({ h: z.int(), w: z.int(), x: z.int(), y: z.int() }),
      targets: z.array(z.object({ expr: z.string() })).default([]),
    }),
  ),
});

describe('what an operator deploys asks for what the product tells', () => {
  test('in deploy/prometheus/alerts.yml', async ({ told }) => {
    const rules = await readFile(new URL('prometheus/alerts.yml', deploy), 'utf8');

    const alerts = rules.split(/^ *- alert: /m).slice(1);

    expect(alerts.length).toBeGreaterThanOrEqual(20);
    for (const alert of alerts) {
      const [, query = ''] = /expr: ([\s\S]*?)^ *(?:for|labels):/m.exec(alert) ?? [];
      expect([alert.split('\n', 1)[0], query.includes('job="cmp"')]).toEqual([
        alert.split('\n', 1)[0],
        true,
      ]);
      expect([alert.split('\n', 1)[0], faultsOf(query, told)]).toEqual([
        alert.split('\n', 1)[0],
        [],
      ]);
    }
  });

  test('in deploy/grafana/cmp.json', async ({ told }) => {
    const file = await readFile(new URL('grafana/cmp.json', deploy), 'utf8');

    const { panels } = Dashboard.parse(JSON.parse(file));

    const rows = panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    expect(rows).toEqual(['Overview', 'API', 'Jobs', 'Security', 'Database']);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, targets, type } of panels) {
      expect([title, targets.length > 0]).toEqual([title, type !== 'row']);
      for (const { expr } of targets) expect([title, faultsOf(expr, told)]).toEqual([title, []]);
    }
  });

  test('and every figure has labels of few values', async ({ told }) => {
    const values = new Map<string, Set<string>>();
    for (const { name, labels } of told)
      for (const [label, value] of labels) {
        const key = `${name.replace(/_(bucket|sum|count)$/, '')} ${label}`;
        values.set(key, (values.get(key) ?? new Set()).add(value));
      }

    for (const [key, seen] of values) expect([key, seen.size < 60]).toEqual([key, true]);
    for (const value of values.get('cmp_http_request_duration_seconds route') ?? [])
      expect(value).toMatch(/^(none|\/[a-z/:_.-]*)$/i);
  });
});
