import type { SecretState } from '@cmp/shared/settings/sections';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';
import { type Slot, statement } from '#database/statement.ts';

export interface StoredSection {
  version: number;
  fields: Record<string, unknown>;
  secrets: Record<string, string>;
  secretStates: Record<string, SecretState>;
}

/** A section that nobody ever saved. */
export const unsaved: StoredSection = { version: 1, fields: {}, secrets: {}, secretStates: {} };

export async function findSection(db: Db, section: string): Promise<StoredSection | undefined> {
  const [stored] = await sectionNamed(db, { section });
  return stored;
}

const sectionNamed = statement((db, slot: Slot<{ section: string }>) =>
  db
    .selectFrom('settings')
    .select((eb) => [
      'version',
      eb.ref('fields').$castTo<StoredSection['fields']>().as('fields'),
      eb.ref('secrets').$castTo<StoredSection['secrets']>().as('secrets'),
      eb.ref('secretStates').$castTo<StoredSection['secretStates']>().as('secretStates'),
    ])
    .where('section', '=', slot('section'))
    .compile(),
);

/** Makes savers of one section take turns, also where it has no row yet. */
export async function lockSection(trx: Trx, section: string): Promise<void> {
  await sectionLock(trx, { key: `settings ${section}` });
}

const sectionLock = statement((db, slot: Slot<{ key: string }>) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${slot('key')}, 0))`.compile(db),
);

export async function saveSection(
  trx: Trx,
  section: string,
  { version, fields, secrets, secretStates }: StoredSection,
): Promise<void> {
  await sectionSave(trx, {
    section,
    version,
    fields: JSON.stringify(fields),
    secrets: JSON.stringify(secrets),
    secretStates: JSON.stringify(secretStates),
  });
}

type SavedSection = Record<'section' | 'fields' | 'secrets' | 'secretStates', string> & {
  version: number;
};

const sectionSave = statement((db, slot: Slot<SavedSection>) => {
  const values = {
    version: slot('version'),
    fields: slot('fields'),
    secrets: slot('secrets'),
    secretStates: slot('secretStates'),
  };
  return db
    .insertInto('settings')
    .values({ section: slot('section'), ...values })
    .onConflict((conflict) =>
      conflict.column('section').doUpdateSet({ ...values, updatedAt: sql`now()` }),
    )
    .compile();
});
