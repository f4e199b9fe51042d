import { MASK, type SectionContract, type SettingsSection } from '@cmp/shared/settings/sections';

/** What stands in a section's form, by field and secret. */
export type Draft = Record<string, unknown>;

/** The form of what is saved: each secret as its mask. */
export function draftOf({ values }: SettingsSection, { secrets }: SectionContract): Draft {
  return { ...values, ...Object.fromEntries(secrets.map((secret) => [secret, MASK])) };
}

/** The fields and secrets that would be altered; never what the environment sets. */
export function changedNames(
  draft: Draft,
  { values, secrets, environment }: SettingsSection,
  contract: SectionContract,
): string[] {
  const tidy = tidied(draft);
  const altered = Object.keys(contract.values.shape).filter(
    (name) => name in tidy && JSON.stringify(tidy[name]) !== JSON.stringify(values[name]),
  );
  const replaced = contract.secrets.filter((name) => isReplaced(tidy[name], secrets[name]?.set));
  return [...altered, ...replaced].filter((name) => environment[name] === undefined);
}

/** An opened but empty field is no new secret, and what was never set cannot be cleared. */
function isReplaced(secret: unknown, isSet = false): boolean {
  if (secret === null) return isSet;
  return typeof secret === 'string' && secret !== '' && secret !== MASK;
}

/** Without the spaces around a text, and without the empty lines of a list. */
export function tidied(draft: Draft): Draft {
  return Object.fromEntries(Object.entries(draft).map(([name, value]) => [name, tidy(value)]));
}

function tidy(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value
    .map((line: unknown) => (typeof line === 'string' ? line.trim() : line))
    .filter(Boolean);
}
