import { MASK, type SecretState, type SectionContract } from '@cmp/shared/settings/sections';
import { AppError } from '#lib/errors.ts';
import { seal, unseal } from '#lib/secret-box.ts';
import type { Overrides } from './environment.ts';
import type { StoredSection } from './settings.repository.ts';

/** A section's secrets as they hold, in the clear: for whoever works by them. */
export function openSecrets(
  key: Buffer,
  section: string,
  { secrets: names }: SectionContract,
  { secrets }: StoredSection,
  overrides: Overrides = {},
): Record<string, string | undefined> {
  const opened = Object.entries(secrets).map(([name, sealed]) => [
    name,
    unseal(key, `${section}.${name}`, sealed),
  ]);
  const fromEnvironment = Object.entries(overrides)
    .filter(([name]) => names.includes(name))
    .map(([name, { value }]) => [name, String(value)]);
  return { ...Object.fromEntries(opened), ...Object.fromEntries(fromEnvironment) };
}

/** The section's secrets with the given ones laid over them, sealed. */
export function mergeSecrets(
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

/** What is told of a secret to those who may not see it. */
export function stateOf(secret: string): SecretState {
  // Four of at least sixteen: the end of a short secret would be too much of it.
  return { set: true, lastFour: secret.length < 16 ? null : secret.slice(-4) };
}
