import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '@cmp/shared/changes';
import type { LightMyRequestResponse } from 'fastify';
import { sql } from 'kysely';
import { inject } from 'vitest';
import { connect, type Db } from '#database/client.ts';
import { shippedMigrations } from '#database/migrator.ts';
import { urlAs } from '#database/roles.ts';
import type { Keys } from '#lib/keys.ts';
import { writeSnapshotFile } from '#modules/snapshots/archive-writer.ts';
import type { Encryption } from '#modules/snapshots/encryption.ts';
import type { client } from './fixtures.ts';
import { execute, rolePassword } from './global-setup.ts';
import { settledPlan } from './import-client.ts';

type Client = ReturnType<typeof client>;

/** What the manifest lists as left out. */
export const leftOut = {
  bot_state: 'all',
  certificate_checks: 'all',
  deliveries: 'all',
  events: 'all',
  idempotency_keys: 'all',
  jobs: 'all',
  matview_states: 'all',
  plan_entries: 'all',
  plans: 'all',
  rate_limits: 'all',
  refresh_tokens: 'all',
  schema_migrations: 'all',
  sessions: 'all',
  snapshots: 'all',
  telegram_codes: 'all',
  telegram_updates: 'all',
  worker_beats: 'all',
  changes: ['xid'],
} as const;

/** Another database of the product, empty, for as long as `use` runs. */
export async function withOtherDatabase<Result>(
  use: (place: { app: Db; appUrl: string; owner: Db }) => Promise<Result>,
): Promise<Result> {
  const postgresUrl = inject('postgresUrl');
  const name = `other_${randomUUID()}`;
  await execute(
    postgresUrl,
    `create database "${name}" template cmp owner cmp_owner strategy file_copy`,
  );
  const appUrl = urlAs(postgresUrl, 'cmp_app', rolePassword, name);
  const { db: app } = connect(appUrl);
  const { db: owner } = connect(urlAs(postgresUrl, 'cmp_owner', rolePassword, name));
  try {
    return await use({ app, appUrl, owner });
  } finally {
    await app.destroy();
    await owner.destroy();
    await execute(postgresUrl, `drop database "${name}" with (force)`);
  }
}

interface FileWish {
  keys: Keys;
  encryption?: Encryption;
  createdAt?: string;
  /** Alters the rows on their way into a file that is signed all the same. */
  craft?: (table: string, lines: string[]) => string[];
}

/** A snapshot of a database as a file: signed, with the rows as they are. */
export async function snapshotFile(
  owner: Db,
  { keys, encryption, createdAt = new Date().toISOString(), craft = (_, lines) => lines }: FileWish,
): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'cmp-file-'));
  try {
    const { rows: tables } = await sql<{ name: string; columns: string[] }>`
      select c.relname::text as name, array_agg(a.attname::text order by attnum) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and attnum > 0 and not attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      group by c.relname order by 1`.execute(owner);
    const isIn = ({ name }: { name: string }) => !(name in leftOut) || name === 'changes';
    const path = join(folder, 'snapshot.zip');
    await writeSnapshotFile(path, {
      ...{ keys, encryption },
      tables: tables.filter(isIn).map(({ name, columns }) => {
        const taken = columns.filter((column) => name !== 'changes' || column !== 'xid');
        return { table: name, columns: taken, lines: bytesOf(owner, name, taken, craft) };
      }),
      head: {
        ...{ kind: 'database', appVersion: 'cmp ver test', createdAt, siteName: 'Elsewhere' },
        ...{ migrations: await shippedMigrations(), excluded: [], sequences: {} },
      },
    });
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function* bytesOf(
  owner: Db,
  table: string,
  columns: string[],
  craft: NonNullable<FileWish['craft']>,
): AsyncGenerator<Buffer> {
  const named = sql.join(columns.map((column) => sql.id(column)));
  const { rows } = await sql<{ line: string }>`
    select to_jsonb(r)::text as line from (select ${named} from ${sql.table(table)} order by id) r`.execute(
    owner,
  );
  const lines = craft(
    table,
    rows.map(({ line }) => line),
  );
  for (const line of lines) yield Buffer.from(`${line}\n`);
}

/** Sends a file to be restored, as a page does. */
export function sendSnapshot(
  { post }: Client,
  bytes: Buffer,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<LightMyRequestResponse> {
  const boundary = `----boundary${randomUUID()}`;
  const field = ([name, value]: [string, string]) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const payload = Buffer.concat([
    Buffer.from(Object.entries(fields).map(field).join('')),
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="snapshot.zip"\r\ncontent-type: application/zip\r\n\r\n`,
    ),
    bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return post('/snapshots/restore', payload, {
    ...headers,
    'content-type': `multipart/form-data; boundary=${boundary}`,
  });
}

/** The plan of a file that was sent, once it was read. */
export async function plannedRestore(
  caller: Client,
  bytes: Buffer,
  fields: Record<string, string>,
): Promise<Plan> {
  const response = await sendSnapshot(caller, bytes, fields);
  if (response.statusCode !== 202) throw new Error(response.body);
  return settledPlan(caller, response.json().id);
}
