import {
  type CertificateLevel,
  CertificateSettings,
  certificateLevel,
} from '@cmp/shared/settings/certificate';
import type { Db } from '#database/client.ts';
import { readEffective, type SettingsPlace } from '#modules/settings/settings.service.ts';
import { findSeenCertificate, type SeenCertificate } from './certificate-checks.repository.ts';

export interface CertificateFacts {
  domain: string;
  /** Undefined where nobody looked yet. */
  seen: SeenCertificate | undefined;
  /** Null where it was never seen. */
  daysLeft: number | null;
  level: CertificateLevel | null;
}

/** What the looks at the site's certificate found; undefined where no domain is watched. */
export async function readCertificateFacts(
  db: Db,
  place: SettingsPlace,
): Promise<CertificateFacts | undefined> {
  const { values } = await readEffective(db, place, 'certificate', CertificateSettings);
  const { domain } = values;
  if (domain === null) return undefined;
  const seen = await findSeenCertificate(db, domain);
  const daysLeft = seen?.daysLeft ?? null;
  return {
    domain,
    seen,
    daysLeft,
    level: daysLeft === null ? null : certificateLevel(daysLeft, values),
  };
}
