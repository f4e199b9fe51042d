import type { Issue } from '@cmp/shared/errors';
import type { Site } from '@cmp/shared/health';
import { GeneralSettings } from '@cmp/shared/settings/general';
import {
  MASK,
  type SecretState,
  type SectionContract,
  type SettingsSection,
} from '@cmp/shared/settings/sections';
import type * as z from 'zod';
import type { Db } from '#database/client.ts';
import { AppError, staleVersion } from '#lib/errors.ts';
import { seal, unseal } from '#lib/secret-box.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import type { Actor } from '#plugins/access.ts';
import {
  findSection,
  lockSection,
  type StoredSection,
  saveSection,
} from './settings.repository.ts';

const unsaved: StoredSection = { version: 1, fields: {}, secrets: {}, secretStates: {} };

export async function readSection(
  db: Db,
  section: string,
  contract: SectionContract,
): Promise<SettingsSection> {
  return view(section, contract, (await findSection(db, section)) ?? unsaved);
}

/** The general settings, read when asked: a change holds on every instance with the next request. */
export async function readGeneral(db: Db): Promise<GeneralSettings> {
  const stored = await findSection(db, 'general');
  return GeneralSettings.parse(stored?.fields ?? {});
}

export async function readSite(db: Db): Promise<Site> {
  const { siteName: name, language, timeZone, weekStart, soonWindowHours } = await readGeneral(db);
  return { name, language, timeZone, weekStart, soonWindowHours };
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

/** Alters the named fields and secrets of a section. A secret that comes back as its mask stays; null clears it. */
export function changeSection(
  db: Db,
  actor: Actor,
  key: Buffer,
  section: string,
  contract: SectionContract,
  change: { version: number; values: Record<string, unknown> },
): Promise<SettingsSection> {
  return inChange(db, actor, 'settings:update', null, async (trx) => {
    await lockSection(trx, section);
    const stored = (await findSection(trx, section)) ?? unsaved;
    if (stored.version !== change.version) throw staleVersion(view(section, contract, stored));

    const isSecret = ([name]: [string, unknown]) => contract.secrets.includes(name);
    const given = Object.entries(change.values);
    const next = {
      version: stored.version + 1,
      fields: parseFields(
        contract,
        stored.fields,
        given.filter((field) => !isSecret(field)),
      ),
      ...mergeSecrets(key, section, stored, given.filter(isSecret)),
    };
    await saveSection(trx, section, next);
    return view(section, contract, next);
  });
}

/** Its values with defaults filled in, and of its secrets only whether they are set. */
function view(
  section: string,
  { values, secrets }: SectionContract,
  { version, fields, secretStates }: StoredSection,
): SettingsSection {
  const unset: SecretState = { set: false, lastFour: null };
  return {
    section,
    version,
    values: values.parse(fields),
    secrets: Object.fromEntries(secrets.map((name) => [name, secretStates[name] ?? unset])),
  };
}

function parseFields(
  { values }: SectionContract,
  before: Record<string, unknown>,
  given: [string, unknown][],
): Record<string, unknown> {
  const parsed = strictly(values).safeParse({
    ...values.parse(before),
    ...Object.fromEntries(given),
  });
  if (!parsed.success) throw refusal(parsed.error);
  // Fields of a later release are kept, so that going back to this one loses nothing.
  return { ...before, ...parsed.data };
}

/** A section's contract that refuses what it does not name; zod compiles a parser for each that is made. */
function strictly(values: z.ZodObject): z.ZodObject {
  const known = strict.get(values) ?? values.strict();
  strict.set(values, known);
  return known;
}

const strict = new WeakMap<z.ZodObject, z.ZodObject>();

function refusal({ issues }: z.ZodError): AppError {
  const told = issues.map((issue): Issue => {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : undefined;
    return {
      path: `/values/${issue.path.join('/')}`,
      code: issue.code,
      message: unknown ? `Unknown fields: ${unknown}.` : issue.message,
    };
  });
  const isRule = issues.every(({ code }) => code === 'custom');
  const sentence = told.map(({ path, message }) => `${path}: ${message}`).join(' ');
  return new AppError(isRule ? 'rule_broken' : 'invalid_request', sentence, { issues: told });
}

function mergeSecrets(
  key: Buffer,
  section: string,
  stored: StoredSection,
  given: [string, unknown][],
): Pick<StoredSection, 'secrets' | 'secretStates'> {
  const secrets = new Map(Object.entries(stored.secrets));
  const secretStates = new Map(Object.entries(stored.secretStates));
  for (const [name, secret] of given) {
    if (secret === MASK) continue;
    if (secret === null || secret === '') {
      secrets.delete(name);
      secretStates.delete(name);
    } else if (typeof secret === 'string' && secret.length <= 4096) {
      secrets.set(name, seal(key, `${section}.${name}`, secret));
      // Four of at least sixteen: the end of a short secret would be too much of it.
      secretStates.set(name, { set: true, lastFour: secret.length < 16 ? null : secret.slice(-4) });
    } else {
      throw new AppError('invalid_request', `/values/${name}: a text of at most 4,096 characters.`);
    }
  }
  return {
    secrets: Object.fromEntries(secrets),
    secretStates: Object.fromEntries(secretStates),
  };
}
