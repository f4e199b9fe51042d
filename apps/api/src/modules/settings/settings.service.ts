import { GeneralSettings } from '@cmp/shared/settings/general';
import {
  type SecretState,
  type Section,
  type SectionContract,
  type SettingsSection,
  sections,
} from '@cmp/shared/settings/sections';
import type * as z from 'zod';
import type { SettingsOverrides } from '#config.ts';
import type { Db, Trx } from '#database/client.ts';
import { staleVersion } from '#lib/errors.ts';
import { unseal } from '#lib/secret-box.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import type { Telling } from '#modules/notifications/events.service.ts';
import { tellLeftTarget } from '#modules/notifications/left-target.service.ts';
import type { Actor } from '#plugins/access.ts';
import { type Overrides, valuesOf } from './environment.ts';
import { alteredTargets, draftOf } from './section-draft.ts';
import { openSecrets, stateOf } from './section-secrets.ts';
import {
  findSection,
  lockSection,
  type StoredSection,
  saveSection,
  unsaved,
} from './settings.repository.ts';

/** What settings are read with: the key of the secrets, and what the environment says instead of the panel. */
export interface SettingsPlace {
  key: Buffer;
  overrides: SettingsOverrides;
}

export async function readSection(
  db: Db,
  section: string,
  contract: SectionContract,
  overrides: Overrides = {},
): Promise<SettingsSection> {
  return view(section, contract, (await findSection(db, section)) ?? unsaved, overrides);
}

/** The general settings, read when asked: a change holds on every instance with the next request. */
export async function readGeneral(db: Db): Promise<GeneralSettings> {
  const stored = await findSection(db, 'general');
  return GeneralSettings.parse(stored?.fields ?? {});
}

/** Values as they hold, and opened secrets: for whoever works by them. */
export interface Effective<Values> {
  values: Values;
  secrets: Record<string, string | undefined>;
  version: number;
}

/**
 * A section as it holds now, whoever set it: for whoever works by it. Read each time, so that a change holds at once.
 * @public What copies snapshots reads its targets by this.
 */
export async function readEffective<Values extends z.ZodObject>(
  db: Db,
  { key, overrides }: SettingsPlace,
  section: Section,
  values: Values,
): Promise<Effective<z.infer<Values>>> {
  const stored = (await findSection(db, section)) ?? unsaved;
  return {
    values: values.parse({ ...stored.fields, ...valuesOf(overrides[section]) }),
    secrets: openSecrets(key, section, sections[section], stored, overrides[section]),
    version: stored.version,
  };
}

/** A secret of a section, for whoever uses it. Undefined where it was never set. */
export async function readSecret(
  db: Db,
  key: Buffer,
  section: string,
  name: string,
): Promise<string | undefined> {
  const sealed = (await findSection(db, section))?.secrets[name];
  return sealed === undefined ? undefined : unseal(key, `${section}.${name}`, sealed);
}

/**
 * Alters the named fields and secrets of a section. A secret that comes back as its mask stays; null clears it. Where
 * data goes elsewhere from now on, the target that was left is told.
 */
export async function changeSection(
  db: Db,
  actor: Actor,
  key: Buffer,
  section: string,
  contract: SectionContract,
  change: { version: number; values: Record<string, unknown> },
  overrides: Overrides = {},
  said: { reason?: string; tells?: Telling } = {},
): Promise<SettingsSection> {
  const known = (await findSection(db, section)) ?? unsaved;
  if (known.version !== change.version)
    throw staleVersion(view(section, contract, known, overrides));
  const fields = Object.keys(change.values);
  const moved = alteredTargets(contract, known, change.values);
  const save = async (trx: Trx) => {
    await lockSection(trx, section);
    const stored = (await findSection(trx, section)) ?? unsaved;
    if (stored.version !== change.version)
      throw staleVersion(view(section, contract, stored, overrides));
    const next = {
      ...draftOf(key, section, contract, stored, change.values),
      version: stored.version + 1,
    };
    await saveSection(trx, section, next);
    const left = {
      fields: { ...stored.fields, ...valuesOf(overrides) },
      secrets: openSecrets(key, section, contract, stored, overrides),
    };
    if (moved.length > 0) await tellLeftTarget(trx, key, actor, { section, fields: moved }, left);
    return view(section, contract, next, overrides);
  };
  const { reason = null, tells = { event: 'settings_changed', facts: { section, fields } } } = said;
  return inChange(db, actor, 'settings:update', reason, save, moved.length > 0 ? {} : { tells });
}

/** Its values with defaults filled in, and of its secrets only whether they are set. */
export function view(
  section: string,
  { values, secrets }: SectionContract,
  { version, fields, secretStates }: StoredSection,
  overrides: Overrides = {},
): SettingsSection {
  const unset: SecretState = { set: false, lastFour: null };
  const given = valuesOf(overrides);
  return {
    section,
    version,
    values: values.parse({ ...fields, ...given }),
    secrets: Object.fromEntries(
      secrets.map((name) => {
        const fromEnvironment = given[name];
        return [
          name,
          fromEnvironment === undefined
            ? (secretStates[name] ?? unset)
            : stateOf(String(fromEnvironment)),
        ];
      }),
    ),
    environment: Object.fromEntries(
      Object.entries(overrides).map(([name, { variable }]) => [name, variable]),
    ),
  };
}
