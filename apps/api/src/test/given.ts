import type { Grant, Role } from '@cmp/shared/permissions';
import type { FastifyInstance } from 'fastify';
import type { Db } from '#database/client.ts';
import { hashPassword } from '#lib/passwords.ts';
import { addAccount } from '#modules/accounts/accounts.service.ts';
import { startSession } from '#modules/auth/auth.service.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { addServers } from '#modules/servers/servers.service.ts';
import { addUsers } from '#modules/users/users.service.ts';
import { systemActor } from '#plugins/access.ts';

const system = systemActor('system');

export const password = 'tide-harbour-lantern-42';
const passwordHash = await hashPassword(password);
let accountsMade = 0;

const blankUser = {
  serviceId: null,
  contact: null,
  expiresOn: null,
  remark: null,
  totalDevices: null,
  dataLimitGb: null,
  enabled: true,
};
type UserWish = Partial<
  Omit<Parameters<typeof addUsers>[1][number], 'accountName' | 'serverId'>
> & {
  accountName: string;
};

interface AccountWish {
  username?: string;
  role?: Role;
  grants?: readonly Grant[];
  mustChangePassword?: boolean;
  disabled?: boolean;
}

/** What a test starts from, written the way the product writes it. */
export function given(db: Db) {
  return {
    servers: <const Names extends readonly string[]>(...names: Names) =>
      inChange(db, system, 'servers:create', null, async (trx) => {
        const ids = await addServers(
          trx,
          names.map((name) => ({ name })),
        );
        return ids.map((id, index) => ({ id, name: names[index] }));
      }) as Promise<{ [Index in keyof Names]: { id: number; name: Names[Index] } }>,

    /** By their names alone, or by all that is to be said of them. */
    users: (
      serverId: number,
      ...wishes: (string | UserWish)[]
    ): Promise<{ id: number; accountName: string }[]> =>
      inChange(db, system, 'users:create', null, async (trx) => {
        const rows = wishes.map((wish) => ({
          ...blankUser,
          serverId,
          ...(typeof wish === 'string' ? { accountName: wish } : wish),
        }));
        const ids = await addUsers(trx, rows);
        return ids.map((id, index) => ({ id, accountName: rows[index]?.accountName ?? '' }));
      }),

    account: (wish: AccountWish = {}) => {
      accountsMade += 1;
      const { role = 'admin', grants = [], mustChangePassword = false, disabled = false } = wish;
      const username = wish.username ?? `${role}-${accountsMade}`;
      return inChange(db, system, 'accounts:create', null, async (trx) => {
        const row = { username, displayName: username, email: null, role, passwordHash };
        const id = await addAccount(trx, { ...row, mustChangePassword });
        if (grants.length > 0)
          await trx
            .insertInto('grants')
            .values(
              grants.map((grant) => ({ accountId: id, ...grant, actions: [...grant.actions] })),
            )
            .execute();
        if (disabled)
          await trx
            .updateTable('accounts')
            .set({ disabledAt: new Date().toISOString() })
            .where('id', '=', id)
            .execute();
        return { id, username, password };
      });
    },

    /** The cookies of a new session, as the browser of somebody who signed in holds them. */
    session: async (app: FastifyInstance, accountId: number): Promise<Record<string, string>> => {
      const origin = { ip: '127.0.0.1', userAgent: 'test' };
      const { session, refreshToken } = await startSession(db, app.keys.tokens, accountId, origin);
      return { cmp_access: app.jwt.sign({ sid: session.id }), cmp_refresh: refreshToken };
    },
  };
}
