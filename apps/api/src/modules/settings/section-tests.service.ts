import { performance } from 'node:perf_hooks';
import { CertificateSettings } from '@cmp/shared/settings/certificate';
import { MailSettings } from '@cmp/shared/settings/mail';
import { NotificationSettings } from '@cmp/shared/settings/notifications';
import { RemoteServerSettings } from '@cmp/shared/settings/remote-server';
import { type Section, type SectionContract, sections } from '@cmp/shared/settings/sections';
import { StorageSettings } from '@cmp/shared/settings/storage';
import type { TargetFailure, TestAnswer, TestRequest } from '@cmp/shared/settings/tests';
import type { Pool } from 'pg';
import type { Db } from '#database/client.ts';
import { AppError } from '#lib/errors.ts';
import { beforeAbort, type Resolve } from '#lib/outbound.ts';
import { asTargetError, type TargetError } from '#lib/target-error.ts';
import { withoutSecrets } from '#lib/without-secrets.ts';
import { readCertificate } from '#modules/targets/certificate.service.ts';
import { tryFolder, tryOwnFolder } from '#modules/targets/folder.service.ts';
import { tryMail } from '#modules/targets/mail.service.ts';
import { tryS3 } from '#modules/targets/s3.service.ts';
import { type Through, trySftp } from '#modules/targets/sftp.service.ts';
import { tryTelegram } from '#modules/targets/telegram.service.ts';
import { pingWebhook } from '#modules/targets/webhook.service.ts';
import { type Actor, systemActor } from '#plugins/access.ts';
import { readFacts, roundTrip } from './database-status.service.ts';
import { refuseOverridden, valuesOf } from './environment.ts';
import type { Gate } from './guarded-settings.service.ts';
import { alteredTargets, draftOf } from './section-draft.ts';
import { openSecrets } from './section-secrets.ts';
import { findSection, type StoredSection, unsaved } from './settings.repository.ts';
import { changeSection, readGeneral, type SettingsPlace } from './settings.service.ts';

/** What tests need of the place they are made from. */
export interface TestPlace extends SettingsPlace {
  pool: Pool;
  telegramApiRoot: string;
  snapshotsDir: string;
  resolve?: Resolve | undefined;
  limitMs: number;
}

/**
 * Does the real thing with the saved settings, or with values laid over them. Values that lead elsewhere would be
 * sent the saved secrets, so they ask for the password as saving them does.
 */
export async function testSection(
  db: Db,
  actor: Actor,
  place: TestPlace,
  gate: Gate,
  section: Section,
  { values, password }: TestRequest,
): Promise<TestAnswer> {
  const contract: SectionContract = sections[section];
  if (section === 'general') throw new AppError('target_unset', 'There is nothing to test here.');
  const overrides = place.overrides[section];
  refuseOverridden(overrides, values);

  const stored = (await findSection(db, section)) ?? unsaved;
  const draft = draftOf(place.key, section, contract, stored, values);
  const targets = alteredTargets(contract, stored, values);
  if (targets.length > 0) await gate.confirm(password);
  gate.tell('settings_tested', { accountId: actor.accountId, section, unsaved: targets });

  const isSaved = targets.length === 0 && stored !== unsaved;
  const tried = triedOf(place, section, { stored, draft, isSaved });
  return attempt(db, actor, place, section, tried);
}

/** The sections that lead somewhere. */
export type TestedSection = TestAnswer['section'];

/** Does the real thing with what is saved, for whoever is at the machine: it alters nothing, and pins no key. */
export async function trySaved(
  db: Db,
  place: TestPlace,
  section: TestedSection,
): Promise<TestAnswer> {
  const stored = (await findSection(db, section)) ?? unsaved;
  const tried = triedOf(place, section, { stored, draft: stored, isSaved: false });
  return attempt(db, systemActor('cli'), place, section, tried);
}

function triedOf(
  { key, overrides }: TestPlace,
  section: TestedSection,
  { stored, draft, isSaved }: { stored: StoredSection; draft: StoredSection; isSaved: boolean },
): Tried {
  const contract: SectionContract = sections[section];
  return {
    values: { ...draft.fields, ...valuesOf(overrides[section]) },
    secrets: openSecrets(key, section, contract, draft, overrides[section]),
    isSaved,
    stored,
  };
}

async function attempt(
  db: Db,
  actor: Actor,
  place: TestPlace,
  section: TestedSection,
  tried: Tried,
): Promise<TestAnswer> {
  const startedAt = performance.now();
  const tookMs = () => Math.round(performance.now() - startedAt);
  const through = { signal: AbortSignal.timeout(place.limitMs), resolve: place.resolve };
  try {
    const answer = await testers[section](tried, { db, actor, place, through });
    return { ...answer, ok: true, tookMs: tookMs() };
  } catch (error) {
    const failure = asTargetError(error);
    if (!failure) throw error;
    throw refusalOf(failure, tookMs(), Object.values(tried.secrets));
  }
}

interface Tried {
  values: Record<string, unknown>;
  secrets: Record<string, string | undefined>;
  /** Nothing is tried but what is saved. */
  isSaved: boolean;
  stored: StoredSection;
}

interface With {
  db: Db;
  actor: Actor;
  place: TestPlace;
  through: Through;
}

type AnswerOf<Name extends TestAnswer['section']> = Omit<
  Extract<TestAnswer, { section: Name }>,
  'ok' | 'tookMs'
>;
type Tester<Name extends TestAnswer['section']> = (
  tried: Tried,
  using: With,
) => Promise<AnswerOf<Name>>;

const testers: { [Name in TestAnswer['section']]: Tester<Name> } = {
  database: async (_, { db, place }) => ({
    section: 'database',
    roundTripMs: await roundTrip(db),
    ...(await readFacts(db, place.pool)),
  }),
  telegram: async ({ secrets: { token } }, { place, through }) => {
    if (!token) throw unset('token');
    return {
      section: 'telegram',
      ...(await tryTelegram(token, place.telegramApiRoot, through)),
    };
  },
  'remote-server': tryRemoteServer,
  certificate: async ({ values }, { through }) => {
    const settings = CertificateSettings.parse(values);
    if (!settings.domain) throw unset('domain');
    return { section: 'certificate', ...(await readCertificate(settings, new Date(), through)) };
  },
  mail: async ({ values, secrets }, { through }) => {
    const settings = MailSettings.parse(values);
    if (!settings.host) throw unset('host');
    if (settings.user && !secrets.password) throw unset('password');
    return { section: 'mail', ...(await tryMail(settings, secrets, through)) };
  },
  storage: tryStorage,
  notifications: tryWebhook,
};

async function tryWebhook(
  { values, secrets }: Tried,
  { db, through }: With,
): Promise<AnswerOf<'notifications'>> {
  const { webhookUrl: url, allowPrivateAddresses } = NotificationSettings.parse(values);
  const secret = secrets.webhookSecret;
  if (!url) throw unset('webhookUrl');
  if (!secret) throw unset('webhookSecret');
  const { siteName } = await readGeneral(db);
  const target = { url, secret, allowPrivateAddresses };
  return {
    section: 'notifications',
    ...(await pingWebhook(target, siteName, new Date(), through)),
  };
}

/** The first good test of what is saved pins the server's key. */
async function tryRemoteServer(
  { values, secrets, isSaved, stored }: Tried,
  { db, actor, place, through }: With,
): Promise<AnswerOf<'remote-server'>> {
  const section = 'remote-server';
  const settings = RemoteServerSettings.parse(values);
  if (!settings.host) throw unset('host');
  if (!settings.user) throw unset('user');
  if (!secrets.password && !secrets.privateKey) throw unset('password', 'privateKey');

  const { address, hostKey } = await trySftp(settings, secrets, through);
  if (settings.hostKey !== null || !isSaved)
    return { section, address, hostKey, hasPinned: false, version: stored.version };
  const pin = { version: stored.version, values: { hostKey } };
  // The answer of the pin is not the test's: a repeat of the command must not be given it.
  const alone = { ...actor, idempotency: undefined };
  const { version } = await changeSection(db, alone, place.key, section, sections[section], pin);
  return { section, address, hostKey, hasPinned: true, version };
}

async function tryStorage(
  { values, secrets }: Tried,
  { place, through }: With,
): Promise<AnswerOf<'storage'>> {
  const settings = StorageSettings.parse(values);
  const { s3Enabled, s3Bucket, s3AccessKeyId } = settings;
  if (s3Enabled && !s3Bucket) throw unset('s3Bucket');
  if (s3Enabled && !s3AccessKeyId) throw unset('s3AccessKeyId');
  if (s3Enabled && !secrets.s3SecretAccessKey) throw unset('s3SecretAccessKey');

  const attempt =
    settings.folder === null ? tryOwnFolder(place.snapshotsDir) : tryFolder(settings.folder);
  // A network's file system can hang, and knows no signal.
  const folder = await timed(() => beforeAbort(through.signal, attempt));
  const s3 = s3Enabled ? await timed(() => tryS3(settings, secrets, through)) : null;
  return { section: 'storage', folder, s3 };
}

async function timed<Result extends object>(
  work: () => Promise<Result>,
): Promise<Result & { tookMs: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { ...result, tookMs: Math.round(performance.now() - startedAt) };
}

function unset(...missing: string[]): AppError {
  return new AppError('target_unset', `Fill in ${missing.join(' or ')} first.`, { missing });
}

function refusalOf(
  { reason, message, said, address, hostKey, cause }: TargetError,
  tookMs: number,
  secrets: (string | undefined)[],
): AppError {
  const isOurs = reason === 'address_private' || reason === 'address_forbidden';
  const details: TargetFailure = {
    reason,
    tookMs,
    said: said && withoutSecrets(said, secrets),
    address,
    hostKey,
  };
  return new AppError(isOurs ? 'target_refused' : 'target_failed', message, details, { cause });
}
