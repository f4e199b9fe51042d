import type { SecretState } from '@cmp/shared/settings/sections';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

export interface StoredSection {
  version: number;
  fields: Record<string, unknown>;
  secrets: Record<string, string>;
  secretStates: Record<string, SecretState>;
}

export async function findSection(db: Db, section: string): Promise<StoredSection | undefined> {
  return db
    .selectFrom('settings')
    .select((eb) => [
      'version',
      eb.ref('fields').$castTo<StoredSection['fields']>().as('fields'),
      eb.ref('secrets').$castTo<StoredSection['secrets']>().as('secrets'),
      eb.ref('secretStates').$castTo<StoredSection['secretStates']>().as('secretStates'),
    ])
    .where('section', '=', section)
    .executeTakeFirst();
}

/** Makes savers of one section take turns, also where it has no row yet. */
export async function lockSection(trx: Trx, section: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`settings ${section}`}, 0))`.execute(
    trx,
  );
}

export async function saveSection(
  trx: Trx,
  section: string,
  { version, fields, secrets, secretStates }: StoredSection,
): Promise<void> {
  const values = {
    version,
    fields: JSON.stringify(fields),
    secrets: JSON.stringify(secrets),
    secretStates: JSON.stringify(secretStates),
  };
  await trx
    .insertInto('settings')
    .values({ section, ...values })
    .onConflict((conflict) =>
      conflict.column('section').doUpdateSet({ ...values, updatedAt: sql`now()` }),
    )
    .execute();
}
