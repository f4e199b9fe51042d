import type { BotUser } from '@cmp/shared/bot';
import { can } from '@cmp/shared/permissions';
import type { User } from '@cmp/shared/users';
import type { Actor } from '#plugins/access.ts';

/** A user as the bot shows it: with whether there is a term that the actor may lengthen. */
export function asBotUser(actor: Actor, { createdAt: _, updatedAt: __, ...user }: User): BotUser {
  const canExtend = user.expiresOn !== null && can(actor, 'users:extend', user.serverId);
  return { ...user, canExtend };
}
