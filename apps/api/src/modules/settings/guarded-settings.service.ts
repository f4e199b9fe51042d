import {
  type Section,
  type SectionContract,
  type SettingsChange,
  type SettingsSection,
  sections,
} from '@cmp/shared/settings/sections';
import type { Db } from '#database/client.ts';
import { AppError, staleVersion } from '#lib/errors.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import type { Actor } from '#plugins/access.ts';
import type { Confirm } from '#plugins/confirmation.ts';
import { refuseOverridden } from './environment.ts';
import { alteredTargets } from './section-draft.ts';
import { findSection, unsaved } from './settings.repository.ts';
import { changeSection, readSecret, type SettingsPlace, view } from './settings.service.ts';

/** What an act that leads outside asks of whoever does it. */
export interface Gate {
  confirm: Confirm;
  /** An event for the security log. */
  tell: (event: string, details: object) => void;
}

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
