import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { CertificateSettings } from '@cmp/shared/settings/certificate';
import { MailSettings } from '@cmp/shared/settings/mail';
import { NotificationSettings } from '@cmp/shared/settings/notifications';
import { RemoteServerSettings } from '@cmp/shared/settings/remote-server';
import { StorageSettings } from '@cmp/shared/settings/storage';
import { TelegramSettings } from '@cmp/shared/settings/telegram';
import type { TestAnswer } from '@cmp/shared/settings/tests';
import type { Pool } from 'pg';
import type { Config } from '#config.ts';
import type { Db } from '#database/client.ts';
import { AppError } from '#lib/errors.ts';
import { beforeAbort } from '#lib/outbound.ts';
import {
  type TestedSection,
  type TestPlace,
  trySaved,
} from '#modules/settings/section-tests.service.ts';
import { readEffective } from '#modules/settings/settings.service.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

/** As long as the panel's Test buttons wait. */
const limitMs = 10_000;

/** What is to be said of what the settings lead to, where they do: by the very code of the Test buttons. */
export async function checkTargets(
  db: Db,
  pool: Pool,
  key: Buffer,
  { settings: overrides, telegramApiRoot, snapshotsDir }: Config,
): Promise<Finding[]> {
  const place = { key, overrides, pool, telegramApiRoot, snapshotsDir, limitMs };
  const { domain, isUsed } = await readUse(db, place);
  const used = targets.filter(({ section }) => isUsed[section]);
  const found = await Promise.all([
    ...used.map((target) => checkTarget(db, place, target)),
    ...(domain === null ? [] : [checkName(domain), checkServed(db, place)]),
  ]);
  return found.flat();
}

async function readUse(db: Db, place: TestPlace) {
  const mail = await readEffective(db, place, 'mail', MailSettings);
  const remote = await readEffective(db, place, 'remote-server', RemoteServerSettings);
  const storage = await readEffective(db, place, 'storage', StorageSettings);
  const webhook = await readEffective(db, place, 'notifications', NotificationSettings);
  const telegram = await readEffective(db, place, 'telegram', TelegramSettings);
  const certificate = await readEffective(db, place, 'certificate', CertificateSettings);
  return {
    domain: certificate.values.domain,
    isUsed: {
      mail: mail.values.enabled,
      'remote-server': remote.values.enabled,
      storage: storage.values.s3Enabled,
      notifications: webhook.values.webhookEnabled,
      telegram: telegram.values.enabled && telegram.secrets.token !== undefined,
    },
  };
}

const targets = [
  { section: 'mail', check: 'mail server', page: 'Mail' },
  { section: 'remote-server', check: 'sftp', page: 'Remote server' },
  { section: 'storage', check: 's3', page: 'Storage' },
  { section: 'notifications', check: 'webhook target', page: 'Notifications' },
  { section: 'telegram', check: 'telegram api', page: 'Telegram' },
] as const satisfies { section: TestedSection; check: string; page: string }[];

async function checkTarget(
  db: Db,
  place: TestPlace,
  { section, check, page }: (typeof targets)[number],
): Promise<Finding> {
  try {
    const { tookMs } = await trySaved(db, place, section);
    return ok(check, `took it within ${tookMs} ms`);
  } catch (error) {
    return bad(
      check,
      refusalIn(error),
      `See Settings, ${page}, in the panel, and its Test button.`,
    );
  }
}

/** In a sentence, with what the other side said. */
function refusalIn(error: unknown): string {
  if (!(error instanceof AppError)) throw error;
  const said = error.details?.said;
  const message = error.message.replace(/\.$/, '');
  return typeof said === 'string' ? `${message}: ${said.replace(/\.$/, '')}` : message;
}

/** Whether the domain's name leads anywhere; whether that is here, a proxy or a router may decide. */
async function checkName(domain: string): Promise<Finding> {
  try {
    const signal = AbortSignal.timeout(limitMs);
    const found = await beforeAbort(signal, lookup(domain, { all: true }));
    const addresses = found.map(({ address }) => address);
    const own = Object.values(networkInterfaces()).flatMap((cards) => cards ?? []);
    const isHere = own.some(({ address }) => addresses.includes(address));
    return ok(
      'dns',
      `${domain} leads to ${addresses.join(', ')}${isHere ? '' : ', which is not this machine itself'}`,
    );
  } catch {
    return bad(
      'dns',
      `${domain} leads nowhere`,
      'Make an A or AAAA record of it, or set DOMAIN_NAME to the right one.',
    );
  }
}

async function checkServed(db: Db, place: TestPlace): Promise<Finding> {
  try {
    return judgeCertificate(await trySaved(db, place, 'certificate'));
  } catch (error) {
    const mend = 'See that the portal or its proxy serves TLS there, and what a browser says.';
    return bad('certificate', refusalIn(error), mend);
  }
}

function judgeCertificate(answer: TestAnswer): Finding {
  if (answer.section !== 'certificate') throw new Error('Another section answered.');
  const { daysLeft, level, distrust } = answer;
  const says = `${daysLeft} days are left`;
  const mend = 'Renew it: `certbot renew`, and see why the timer did not.';
  if (level === 'critical') return bad('certificate', says, mend);
  if (distrust !== null)
    return bad(
      'certificate',
      `${says}, and browsers do not believe it: ${distrust}`,
      'Serve the whole chain of an authority that they know, for this name.',
    );
  return level === 'warn' ? warn('certificate', says, mend) : ok('certificate', says);
}
