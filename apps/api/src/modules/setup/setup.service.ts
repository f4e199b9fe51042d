import type { Setup } from '@cmp/shared/auth';
import { todayIn } from '@cmp/shared/calendar';
import type { Db } from '#database/client.ts';
import { AppError } from '#lib/errors.ts';
import { type Keys, setupToken } from '#lib/keys.ts';
import { hashPassword } from '#lib/passwords.ts';
import { isSameSecret } from '#lib/tokens.ts';
import { addFirstAdmin, isSetupRequired } from '#modules/accounts/accounts.service.ts';
import {
  type Origin,
  refuseWeakPassword,
  type SignedIn,
  startSession,
} from '#modules/auth/auth.service.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { readGeneral } from '#modules/settings/settings.service.ts';
import { systemActor } from '#plugins/access.ts';
import { addSampleData, smallSample } from './sample-data.service.ts';

/** Makes the first admin and signs them in, for whoever has the token that the start printed. Once. */
export async function setUp(
  db: Db,
  keys: Keys,
  { token, username, password, displayName, sampleData }: Setup,
  origin: Origin,
  now: Date,
): Promise<SignedIn> {
  if (!isSameSecret(token, setupToken(keys)))
    throw new AppError('setup_token_wrong', 'This setup link is not the one the start printed.');
  await refuseWeakPassword(password, [username, displayName]);

  const passwordHash = await hashPassword(password);
  const actor = { ...systemActor('system'), ip: origin.ip };
  const accountId = await inChange(db, actor, 'setup', null, async (trx) => {
    const first = { username, displayName, passwordHash, mustChangePassword: false };
    const id = await addFirstAdmin(trx, first);
    if (id === undefined) throw closed();
    if (sampleData) {
      const { timeZone } = await readGeneral(trx);
      await addSampleData(trx, todayIn(now, timeZone), smallSample);
    }
    return id;
  });
  return startSession(db, keys.tokens, accountId, origin);
}

export async function refuseWhereSetUp(db: Db): Promise<void> {
  if (!(await isSetupRequired(db))) throw closed();
}

/** Makes the first admin from the environment, where nobody can sign in yet. Its password must change. */
export async function seedAdmin(
  db: Db,
  { username, password }: { username: string; password: string },
): Promise<void> {
  if (!(await isSetupRequired(db))) return;
  await refuseWeakPassword(password, [username]);
  const passwordHash = await hashPassword(password);
  await inChange(db, systemActor('system'), 'setup', null, async (trx) => {
    await addFirstAdmin(trx, {
      username,
      displayName: username,
      passwordHash,
      mustChangePassword: true,
    });
  });
}

function closed(): AppError {
  return new AppError('setup_closed', 'The portal is set up already. Sign in.');
}
