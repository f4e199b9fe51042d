import fs from 'node:fs';
import { keysOf } from '#lib/keys.ts';
import { endKeySession, keyMinutes, makeSignInKey } from '#modules/auth/sign-in-key.service.ts';
import { withDatabase } from './database.ts';
import { walkPortal } from './doctor/after-deploy.ts';
import type { Finding } from './doctor/finding.ts';
import { addressOf } from './doctor/portal-checks.ts';
import { CommandRefused, type Outcome } from './outcome.ts';
import type { Context } from './program.ts';

export interface WalkOptions {
  url?: string;
  key?: string;
  wait: string;
}

/** Walks through the portal that answers, signed in by the given key or by one of this command's own. */
export async function examineDeployed(context: Context, options: WalkOptions): Promise<Finding[]> {
  const { config, signal } = context;
  const walk = {
    ...{ portal: portalOf(options.url ?? addressOf(config)), signal },
    ...{ versions: config.versions, metricsToken: config.metricsToken },
    waitSeconds: secondsOf(options.wait),
  };
  const given = options.key ?? config.doctorKey;
  if (given !== undefined) return walkPortal({ ...walk, key: given });

  return withDatabase(context, async (db) => {
    const own = await makeSignInKey(db, tokenKeyOf(context));
    try {
      return await walkPortal({ ...walk, key: own?.key });
    } finally {
      if (own) await endKeySession(db, own);
    }
  });
}

/** `cmp doctor key`: for a walk from a machine that has neither the keys nor the database. */
export async function printKey(
  context: Context,
  { username }: { username?: string },
): Promise<Outcome> {
  const made = await withDatabase(context, (db) =>
    makeSignInKey(db, tokenKeyOf(context), username),
  );
  if (!made) throw new CommandRefused('No admin can sign in yet, so there is nobody to be.');
  return {
    text: `${made.key}\nSigns in as ${made.username}, once and within ${keyMinutes} minutes.`,
    data: { key: made.key, username: made.username, minutes: keyMinutes },
  };
}

/** A key made here now would open nothing at the portal. */
function tokenKeyOf({ config }: Context): Buffer {
  const file = config.keys.secretKeyFile;
  if (!fs.existsSync(file))
    throw new CommandRefused(`${file} is not there: give the key by which to sign in (--key).`);
  return keysOf(fs.readFileSync(file)).tokens;
}

function portalOf(text: string): URL {
  const isAddress = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  if (!isAddress) throw new CommandRefused('The address begins with http:// or https://.');
  return new URL(text);
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds > 600)
    throw new CommandRefused('--wait is a whole number of seconds, 600 at most.');
  return seconds;
}
