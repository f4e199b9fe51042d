import { isDeepStrictEqual } from 'node:util';
import type { Issue } from '@cmp/shared/errors';
import { MASK, type SectionContract } from '@cmp/shared/settings/sections';
import type * as z from 'zod';
import { AppError } from '#lib/errors.ts';
import { mergeSecrets } from './section-secrets.ts';
import type { StoredSection } from './settings.repository.ts';

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
