import { isDeepStrictEqual } from 'node:util';
import { type SectionContract, sections } from '@cmp/shared/settings/sections';
import type { Trx } from '#database/client.ts';
import { tellLeftTarget } from '#modules/notifications/left-target.service.ts';
import { openSecrets } from './section-secrets.ts';
import { findSection, type StoredSection, unsaved } from './settings.repository.ts';

/**
 * Tells the targets that a write of whole sections leaves, as a change of the settings would: whoever took over an
 * account could otherwise move them by a file.
 */
export async function tellingLeftTargets<Result>(
  trx: Trx,
  key: Buffer,
  actor: { username: string },
  write: () => Promise<Result>,
): Promise<Result> {
  const before = await readAll(trx, key);
  const written = await write();
  const after = await readAll(trx, key);
  for (const [section, contract] of contracts) {
    const [left, now] = [before.get(section), after.get(section)];
    if (!left) continue;
    const fields = contract.targets.filter(
      (name) =>
        !isDeepStrictEqual(left.values[name], now?.values[name]) ||
        left.secrets[name] !== now?.secrets[name],
    );
    if (fields.length > 0) await tellLeftTarget(trx, key, actor, { section, fields }, left);
  }
  return written;
}

interface Opened {
  fields: Record<string, unknown>;
  values: Record<string, unknown>;
  secrets: Record<string, string | undefined>;
}

const contracts: [string, SectionContract][] = Object.entries(sections);

async function readAll(trx: Trx, key: Buffer): Promise<Map<string, Opened>> {
  const opened = new Map<string, Opened>();
  for (const [section, contract] of contracts) {
    const stored = (await findSection(trx, section)) ?? unsaved;
    const values = contract.values.safeParse(stored.fields).data;
    const secrets = openOwn(key, section, contract, stored);
    if (values && secrets) opened.set(section, { fields: stored.fields, values, secrets });
  }
  return opened;
}

/** What cannot be opened leads nowhere, and a restore may be what mends it. */
function openOwn(
  key: Buffer,
  section: string,
  contract: SectionContract,
  stored: StoredSection,
): Opened['secrets'] | undefined {
  try {
    return openSecrets(key, section, contract, stored);
  } catch {
    return undefined;
  }
}
