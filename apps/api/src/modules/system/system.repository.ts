import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

export interface DatabaseFacts {
  version: string;
  bytes: number;
}

export async function readDatabase(db: Db): Promise<DatabaseFacts> {
  const { rows } = await sql<DatabaseFacts>`
    select current_setting('server_version') as version,
      pg_database_size(current_database()) as bytes`.execute(db);
  const [facts] = rows;
  if (!facts) throw new Error('The database said nothing.');
  return facts;
}
