import type { Report } from '@cmp/shared/bot';
import { roleCan } from '@cmp/shared/permissions';
import type { StatusBounds } from '@cmp/shared/status';
import type { Db } from '#database/client.ts';
import { readCertificateFacts } from '#modules/certificates/certificate-facts.service.ts';
import { readOverview } from '#modules/overview/overview.service.ts';
import type { SettingsPlace } from '#modules/settings/settings.service.ts';
import { readFacts } from '#modules/snapshots/snapshot-facts.service.ts';
import { readNumberedPage } from '#modules/users/users.service.ts';
import type { Actor } from '#plugins/access.ts';
import { asBotUser } from './bot-user.ts';

const firstOfEach = 10;

/** How things stand, over the servers the actor sees. */
export async function makeReport(
  db: Db,
  place: SettingsPlace,
  actor: Actor,
  bounds: StatusBounds,
): Promise<Report> {
  const { scope } = actor;
  const first = async (status: 'soon' | 'expired', sort: 'expires' | '-expires') => {
    const firstPage = { sort, page: 1, size: firstOfEach };
    const { items } = await readNumberedPage(db, scope, { status: [status] }, firstPage, bounds);
    return items.map((user) => asBotUser(actor, user));
  };
  const mayKnow = roleCan(actor.role, 'system:read');
  const [{ counts, servers, services }, soon, expired, facts, certificate] = await Promise.all([
    // A message cannot say that it is as of a minute ago, so it is counted now.
    readOverview(db, scope, {}, bounds, 'off'),
    first('soon', 'expires'),
    first('expired', '-expires'),
    mayKnow ? readFacts(db) : undefined,
    mayKnow ? readCertificateFacts(db, place) : undefined,
  ]);
  return {
    at: new Date().toISOString(),
    ...{ counts, services, servers: servers.length, soon, expired },
    snapshotAt: facts?.newestAt ?? null,
    certificateDays: certificate?.daysLeft ?? null,
  };
}
