import { createHmac } from 'node:crypto';
import { connect } from '@cmp/api/src/database/client.ts';
import { addAccount } from '@cmp/api/src/modules/accounts/accounts.service.ts';
import { inChange } from '@cmp/api/src/modules/changes/changes.service.ts';
import { systemActor } from '@cmp/api/src/plugins/access.ts';
import { sql } from 'kysely';

/**
 * Signs an admin in `count` times and gives the cookies: the product allows a session 1,200 requests a minute,
 * which one browser never needs and a bench spends in a fraction of a second.
 */
export async function signInOften(
  url: string,
  jwtSecret: string,
  count: number,
): Promise<string[]> {
  const { db } = connect(url, 2);
  try {
    const accountId = await inChange(db, systemActor('system'), 'seed', null, (trx) =>
      addAccount(trx, {
        username: 'bench',
        displayName: 'Bench',
        email: null,
        role: 'admin',
        passwordHash: 'nobody signs in with it',
        mustChangePassword: false,
      }),
    );
    const { rows } = await sql<{ id: number }>`
      insert into sessions (account_id, ip, user_agent, expires_at)
      select ${accountId}::int, '127.0.0.1', 'bench', now() + interval '1 day'
      from generate_series(1, ${count}::int) returning id`.execute(db);
    return rows.map(({ id }) => `cmp_access=${accessToken(jwtSecret, id)}`);
  } finally {
    await db.destroy();
  }
}

/** As the product signs it, but for an hour. */
function accessToken(jwtSecret: string, sessionId: number): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sid: sessionId, iat: now, exp: now + 3600, iss: 'cmp', aud: 'cmp-panel' };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', jwtSecret).update(signed).digest('base64url')}`;
}
