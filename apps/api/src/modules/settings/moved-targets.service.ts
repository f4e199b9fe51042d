import { isDeepStrictEqual } from 'node:util';
import { Section, type SectionContract, sections } from '@cmp/shared/settings/sections';
import type { Trx } from '#database/client.ts';
import { tellLeftTarget } from '#modules/notifications/left-target.service.ts';
import { type Overrides, valuesOf } from './environment.ts';
import { openSecrets } from './section-secrets.ts';
import { findSection, type StoredSection, unsaved } from './settings.repository.ts';
import type { SettingsPlace } from './settings.service.ts';

/**
 * Tells the targets that a write of whole sections leaves, as a change of the settings would: whoever took over an
 * account could otherwise move them by a file.
 */
export async function tellingLeftTargets<Result>(
  trx: Trx,
  place: SettingsPlace,
  actor: { username: string },
  write: () => Promise<Result>,
): Promise<Result> {
  const before = await readAll(trx, place);
  const written = await write();
  const after = await readAll(trx, place);
  for (const section of Section.options) {
    const { targets }: SectionContract = sections[section];
    const [left, now] = [before.get(section), after.get(section)];
    if (!left) continue;
    const fields = targets.filter(
      (name) =>
        !isDeepStrictEqual(left.values[name], now?.values[name]) ||
        left.secrets[name] !== now?.secrets[name],
    );
    if (fields.length > 0) await tellLeftTarget(trx, place.key, actor, { section, fields }, left);
  }
  return written;
}

interface Opened {
  fields: Record<string, unknown>;
  values: Record<string, unknown>;
  secrets: Record<string, string | undefined>;
}

/** As they hold: what the environment says leads where it led, whatever a file says. */
async function readAll(trx: Trx, { key, overrides }: SettingsPlace): Promise<Map<Section, Opened>> {
  const opened = new Map<Section, Opened>();
  for (const section of Section.options) {
    const contract: SectionContract = sections[section];
    const stored = (await findSection(trx, section)) ?? unsaved;
    const fields = { ...stored.fields, ...valuesOf(overrides[section]) };
    const values = contract.values.safeParse(fields).data;
    const secrets = openOwn(key, section, contract, stored, overrides[section]);
    if (values && secrets) opened.set(section, { fields, values, secrets });
  }
  return opened;
}

/** What cannot be opened leads nowhere, and a restore may be what mends it. */
function openOwn(
  key: Buffer,
  section: string,
  contract: SectionContract,
  stored: StoredSection,
  overrides: Overrides,
): Opened['secrets'] | undefined {
  try {
    return openSecrets(key, section, contract, stored, overrides);
  } catch {
    return undefined;
  }
}
