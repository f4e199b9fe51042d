import { Session } from '@cmp/shared/auth';
import { ServerList } from '@cmp/shared/servers';
import { SettingsSection } from '@cmp/shared/settings/sections';
import { User, UserList } from '@cmp/shared/users';
import type { Pool } from 'pg';
import type * as z from 'zod';
import { patchGeneral } from './bare/general.ts';
import { listServers } from './bare/servers.ts';
import { getUser, listUsers, patchUser } from './bare/users.ts';

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
    /** The path as Fastify's router reads it, where it has parameters. */
    route?: string;
    answer: z.ZodType;
    /** Named statements: what node-postgres does best. */
    run: (pool: Pool, asked: Asked) => Promise<unknown>;
  };
}

/** Of a request, as Fastify read it. */
export interface Asked {
  params: unknown;
  body: unknown;
}

/** To measure one more route, add an entry. */
export const pairs: readonly HttpPair[] = [
  {
    method: 'GET',
    path: '/api/auth/session',
    sessions: 160,
    connections: 16,
    bare: { answer: Session, run: async () => sameSession },
  },
  {
    method: 'GET',
    path: '/api/users/1234',
    sessions: 48,
    target: 0.6,
    connections: 16,
    bare: { route: '/api/users/:id', answer: User, run: getUser },
  },
  {
    method: 'PATCH',
    path: '/api/users/1234',
    sessions: 8,
    target: 0.6,
    connections: 1,
    write: {
      rowAt: '/api/users/1234',
      body: (version) => ({ version, remark: `Seen ${version} times` }),
    },
    bare: { route: '/api/users/:id', answer: User, run: patchUser },
  },
  {
    method: 'GET',
    path: '/api/servers/1/users',
    sessions: 16,
    target: 0.5,
    connections: 16,
    bare: { route: '/api/servers/:serverId/users', answer: UserList, run: listUsers },
  },
  {
    method: 'GET',
    path: '/api/servers',
    sessions: 16,
    connections: 16,
    bare: { answer: ServerList, run: listServers },
  },
  {
    method: 'PATCH',
    path: '/api/settings/general',
    sessions: 8,
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
    avatarHash: null,
    role: 'admin',
    mustChangePassword: false,
    version: 1,
  },
  grants: [],
};
