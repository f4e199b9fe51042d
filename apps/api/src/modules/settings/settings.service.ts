import { isDeepStrictEqual } from 'node:util';
import type { Issue } from '@cmp/shared/errors';
import { GeneralSettings } from '@cmp/shared/settings/general';
import {
  MASK,
  type SecretState,
  type Section,
  type SectionContract,
  type SettingsChange,
  type SettingsSection,
  sections,
} from '@cmp/shared/settings/sections';
import type * as z from 'zod';
import type { SettingsOverrides } from '#config.ts';
import type { Db, Trx } from '#database/client.ts';
import { AppError, staleVersion } from '#lib/errors.ts';
import { seal, unseal } from '#lib/secret-box.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import type { Telling } from '#modules/notifications/events.service.ts';
import type { Actor } from '#plugins/access.ts';
import {
  findSection,
  lockSection,
  type StoredSection,
  saveSection,
} from './settings.repository.ts';

/** What settings are read with: the key of the secrets, and what the environment says instead of the panel. */
export interface SettingsPlace {
  key: Buffer;
  overrides: SettingsOverrides;
}

/** What an act that leads outside asks of whoever does it. */
export interface Gate {
  /** Refuses whoever does not give their own password again. */
  confirm: (password: string | undefined) => Promise<void>;
  /** An event for the security log. */
  tell: (event: string, details: object) => void;
}

type Overrides = SettingsOverrides[Section];

export const unsaved: StoredSection = { version: 1, fields: {}, secrets: {}, secretStates: {} };

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
    secrets: openSecrets(key, section, stored, overrides[section]),
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

/** Shows a secret to whoever gives their password again; the log keeps who saw which. */
export async function revealSecret(
  db: Db,
  actor: Actor,
  key: Buffer,
  gate: Gate,
  section: Section,
  { name, password }: { name?: string | undefined; password: string },
): Promise<{ name: string; secret: string }> {
  const { secrets }: SectionContract = sections[section];
  const [only, ...others] = secrets;
  const wanted = name ?? (others.length === 0 ? only : undefined);
  await gate.confirm(password);
  if (wanted === undefined || !secrets.includes(wanted)) throw unset();
  const revealed = await inChange(
    db,
    actor,
    'settings:reveal',
    `${section}.${wanted}`,
    async (trx) => {
      const secret = await readSecret(trx, key, section, wanted);
      if (secret === undefined) throw unset();
      return { name: wanted, secret };
    },
  );
  gate.tell('sensitive_read', { accountId: actor.accountId, section, name: wanted });
  return revealed;
}

const unset = () => new AppError('target_unset', 'There is no such secret, or it is not set.');

/** Alters a section for whoever is at the door: what leads elsewhere asks for the password, and is told of. */
export async function changeSectionAtDoor(
  db: Db,
  actor: Actor,
  { key, overrides }: SettingsPlace,
  gate: Gate,
  section: Section,
  change: SettingsChange,
): Promise<SettingsSection> {
  const contract: SectionContract = sections[section];
  refuseOverridden(overrides[section], change.values);
  if (contract.targets.length === 0)
    return changeSection(db, actor, key, section, contract, change, overrides[section]);

  const stored = (await findSection(db, section)) ?? unsaved;
  if (stored.version !== change.version)
    throw staleVersion(view(section, contract, stored, overrides[section]));
  const targets = alteredTargets(contract, stored, change.values);
  if (targets.length > 0) await gate.confirm(change.password);
  const saved = await changeSection(db, actor, key, section, contract, change, overrides[section]);
  const { accountId } = actor;
  if (targets.length > 0)
    gate.tell('settings_target_changed', { accountId, section, fields: targets });
  return saved;
}

/** Alters the named fields and secrets of a section. A secret that comes back as its mask stays; null clears it. */
export function changeSection(
  db: Db,
  actor: Actor,
  key: Buffer,
  section: string,
  contract: SectionContract,
  change: { version: number; values: Record<string, unknown> },
  overrides: Overrides = {},
  said: { reason?: string; tells?: Telling } = {},
): Promise<SettingsSection> {
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
    return view(section, contract, next, overrides);
  };
  const facts = { section, fields: Object.keys(change.values) };
  const { reason = null, tells = { event: 'settings_changed', facts } } = said;
  return inChange(db, actor, 'settings:update', reason, save, { tells });
}

/** The section as it would be with these values laid over it. Refuses what cannot be. */
export function draftOf(
  key: Buffer,
  section: string,
  contract: SectionContract,
  stored: StoredSection,
  values: Record<string, unknown>,
): StoredSection {
  const { fields, secrets: named } = split(contract, values);
  const draft = {
    version: stored.version,
    fields: parseFields(contract, stored.fields, fields),
    ...mergeSecrets(key, section, stored, named),
  };
  const refused = contract.refusal?.(
    draft.fields,
    (secret) => draft.secretStates[secret]?.set ?? false,
  );
  if (refused)
    throw new AppError('rule_broken', `${refused.path}: ${refused.message}`, { issues: [refused] });
  return draft;
}

/** Which of the given values would lead elsewhere than what is saved. */
export function alteredTargets(
  contract: SectionContract,
  stored: StoredSection,
  values: Record<string, unknown>,
): string[] {
  const { fields, secrets } = split(contract, values);
  const before = contract.values.parse(stored.fields);
  const after = parseFields(contract, stored.fields, fields);
  const altered = [
    ...Object.keys(before).filter((name) => !isDeepStrictEqual(before[name], after[name])),
    ...secrets
      .filter(([name, secret]) => secret !== MASK && (secret || stored.secretStates[name]?.set))
      .map(([name]) => name),
  ];
  return contract.targets.filter((name) => altered.includes(name));
}

/** Refuses to alter what the environment sets: the panel would say one thing, and another would hold. */
export function refuseOverridden(
  overrides: Overrides = {},
  values: Record<string, unknown> = {},
): void {
  for (const [name, { variable, value }] of Object.entries(overrides))
    if (name in values && values[name] !== MASK && values[name] !== value)
      throw new AppError('rule_broken', `/values/${name}: ${variable} sets this.`, {
        issues: [{ path: `/values/${name}`, code: 'custom', message: `${variable} sets this.` }],
      });
}

export function openSecrets(
  key: Buffer,
  section: string,
  { secrets }: StoredSection,
  overrides: Overrides = {},
): Record<string, string | undefined> {
  const opened = Object.entries(secrets).map(([name, sealed]) => [
    name,
    unseal(key, `${section}.${name}`, sealed),
  ]);
  const fromEnvironment = Object.entries(overrides).map(([name, { value }]) => [
    name,
    String(value),
  ]);
  return { ...Object.fromEntries(opened), ...Object.fromEntries(fromEnvironment) };
}

export function valuesOf(overrides: Overrides = {}): Record<string, string | number> {
  return Object.fromEntries(Object.entries(overrides).map(([name, { value }]) => [name, value]));
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

function split(contract: SectionContract, values: Record<string, unknown>) {
  const isSecret = ([name]: [string, unknown]) => contract.secrets.includes(name);
  const given = Object.entries(values);
  return { fields: given.filter((field) => !isSecret(field)), secrets: given.filter(isSecret) };
}

function parseFields(
  { values, resets = {} }: SectionContract,
  stored: Record<string, unknown>,
  given: [string, unknown][],
): Record<string, unknown> {
  const before = values.parse(stored);
  const parsed = strictly(values).safeParse({ ...before, ...Object.fromEntries(given) });
  if (!parsed.success) throw refusal(parsed.error);

  const after = parsed.data;
  const isGiven = (name: string) => given.some(([one]) => one === name);
  const isMoved = (name: string) => !isDeepStrictEqual(before[name], after[name]);
  const reset = Object.entries(resets)
    .filter(([name, others]) => !isGiven(name) && others.some(isMoved))
    .map(([name]) => [name, null]);
  // Fields of a later release are kept, so that going back to this one loses nothing.
  return { ...stored, ...after, ...Object.fromEntries(reset) };
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
    } else if (typeof secret === 'string' && secret.length <= longestSecret) {
      secrets.set(name, seal(key, `${section}.${name}`, secret));
      secretStates.set(name, stateOf(secret));
    } else {
      throw new AppError(
        'invalid_request',
        `/values/${name}: a text of at most ${longestSecret.toLocaleString('en')} characters.`,
      );
    }
  }
  return {
    secrets: Object.fromEntries(secrets),
    secretStates: Object.fromEntries(secretStates),
  };
}

const longestSecret = 4096;

function stateOf(secret: string): SecretState {
  // Four of at least sixteen: the end of a short secret would be too much of it.
  return { set: true, lastFour: secret.length < 16 ? null : secret.slice(-4) };
}
