import { CertificateSettings } from '@cmp/shared/settings/certificate';
import type { Db } from '#database/client.ts';
import type { Resolve } from '#lib/outbound.ts';
import { asTargetError } from '#lib/target-error.ts';
import { tell } from '#modules/notifications/events.service.ts';
import { readEffective, type SettingsPlace } from '#modules/settings/settings.service.ts';
import { readCertificate } from '#modules/targets/certificate.service.ts';
import { findLastCheck, insertCheck } from './certificate-checks.repository.ts';

export interface CertificatePlace extends SettingsPlace {
  resolve?: Resolve | undefined;
}

const hourMs = 3_600_000;
const limitMs = 10_000;

/**
 * Looks at the site's certificate once a day, and an hour after it could not be seen; keeps what it saw. Tells when
 * few days are left: once for each threshold of each certificate.
 */
export async function watchCertificate(db: Db, place: CertificatePlace, now: Date): Promise<void> {
  const { values: settings } = await readEffective(db, place, 'certificate', CertificateSettings);
  const { domain } = settings;
  if (!domain || !(await isDue(db, domain, now))) return;

  const at = now.toISOString();
  const through = { signal: AbortSignal.timeout(limitMs), resolve: place.resolve };
  const seen = await readCertificate(settings, now, through).catch(async (error) => {
    const failure = asTargetError(error);
    if (!failure) throw error;
    const words = [failure.message, failure.said].filter(Boolean).join(' ');
    await insertCheck(db, {
      domain,
      at,
      expiresAt: null,
      issuer: null,
      failure: words.slice(0, 500),
    });
  });
  if (!seen) return;

  const { validTo: expiresAt, issuer, daysLeft, level, chain } = seen;
  await db.transaction().execute(async (trx) => {
    await insertCheck(trx, { domain, at, expiresAt, issuer: issuer.slice(0, 300), failure: null });
    if (level === 'fine') return;
    const dedupKey = `certificate ${level} ${expiresAt} ${chain[0]?.fingerprint}`;
    const facts = { domain, daysLeft, expiresAt, level };
    await tell(trx, { event: 'certificate_ending', facts, dedupKey });
  });
}

async function isDue(db: Db, domain: string, now: Date): Promise<boolean> {
  const last = await findLastCheck(db, domain);
  if (!last) return true;
  const waitMs = last.failure === null ? 24 * hourMs : hourMs;
  return now.getTime() - Date.parse(last.at) >= waitMs;
}
