import { Session } from '@cmp/shared/auth';
import { ServerList } from '@cmp/shared/servers';
import { SettingsSection } from '@cmp/shared/settings/sections';
import type { Pool, PoolClient } from 'pg';
import * as z from 'zod';

/** A route of the product, and the least that could answer the same from the same database. */
export interface HttpPair {
  method: 'GET' | 'PATCH' | 'POST';
  path: string;
  /** What a bare server's CPU per request is of the product's, at least. */
  target?: number;
  /** The product allows each 1,200 requests a minute, and asks the database for each once a second. */
  sessions: number;
  /** One where every write needs the version that the write before it answered. */
  connections: number;
  write?: {
    /** Whose version the first write is based on. Later ones follow the answers. */
    rowAt: string;
    body: (version: number) => object;
  };
  bare: {
    answer: z.ZodType;
    /** Named statements: what node-postgres does best. */
    run: (pool: Pool, body: unknown) => Promise<unknown>;
  };
}

/** To measure one more route, add an entry. */
export const pairs: readonly HttpPair[] = [
  {
    method: 'GET',
    path: '/api/auth/session',
    sessions: 64,
    connections: 16,
    bare: { answer: Session, run: async () => sameSession },
  },
  {
    method: 'GET',
    path: '/api/servers',
    sessions: 16,
    target: 0.6,
    connections: 16,
    bare: { answer: ServerList, run: listServers },
  },
  {
    method: 'PATCH',
    path: '/api/settings/general',
    sessions: 4,
    target: 0.6,
    connections: 1,
    write: {
      rowAt: '/api/settings/general',
      body: (version) => ({ version, values: { siteName: `Portal ${version}` } }),
    },
    bare: { answer: SettingsSection, run: patchGeneral },
  },
];

/** The product asks the database for a session once a second: between, both answer from memory. */
const sameSession: Session = {
  id: 1,
  account: {
    id: 1,
    username: 'bench',
    displayName: 'Bench',
    email: null,
    role: 'admin',
    mustChangePassword: false,
    version: 1,
  },
  grants: [],
};

async function listServers(pool: Pool): Promise<ServerList> {
  const { rows: items } = await pool.query<ServerList['items'][number]>({
    name: 'servers',
    text: `select id, name, owner, service_type as "serviceType", ip_address as "ipAddress",
        domain_name as "domainName", note, position, version, created_at as "createdAt",
        updated_at as "updatedAt"
      from servers where deleted_at is null order by position`,
  });
  return { items, total: items.length };
}

const Change = z.object({ version: z.int(), values: z.record(z.string(), z.unknown()) });

async function patchGeneral(pool: Pool, body: unknown): Promise<SettingsSection> {
  const { version, values } = Change.parse(body);
  const client = await pool.connect();
  try {
    await client.query('begin');
    const section = await saveGeneral(client, version, values);
    await client.query('commit');
    return section;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

/** The same statements as the product's, the change's row included; the triggers are the database's own. */
async function saveGeneral(
  client: PoolClient,
  version: number,
  values: Record<string, unknown>,
): Promise<SettingsSection> {
  await client.query({
    name: 'change',
    text: `with change as (
        insert into changes (account_id, account_name, via, action, ip)
        values ($1, $2, 'panel', 'settings:update', $3) returning id
      ) select set_config('cmp.change_id', id::text, true) from change`,
    values: [1, 'bench', '127.0.0.1'],
  });
  await client.query({
    name: 'lock',
    text: "select pg_advisory_xact_lock(hashtextextended('settings general', 0))",
  });
  const { rows } = await client.query<{ version: number; fields: Record<string, unknown> }>({
    name: 'section',
    text: `select version, fields, secrets, secret_states from settings where section = 'general'`,
  });
  const [stored] = rows;
  if (stored?.version !== version) throw new Error(`The version is not ${version}.`);

  const next = { version: version + 1, values: { ...stored.fields, ...values } };
  await client.query({
    name: 'save',
    text: `insert into settings (section, version, fields, secrets, secret_states)
      values ('general', $1, $2, '{}', '{}')
      on conflict (section) do update
      set version = $1, fields = $2, secrets = '{}', secret_states = '{}', updated_at = now()`,
    values: [next.version, JSON.stringify(next.values)],
  });
  return { section: 'general', ...next, secrets: {} };
}
