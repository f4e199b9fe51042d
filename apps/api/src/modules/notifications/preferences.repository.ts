import type { NotificationChoices } from '@cmp/shared/notifications';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

export interface Chosen {
  version: number;
  choices: NotificationChoices;
  quietFrom: string | null;
  quietUntil: string | null;
}

interface Preferences extends Chosen {
  /** The site's settings of notifications. */
  site: Record<string, unknown>;
  hasChat: boolean;
  hasMail: boolean;
}

/** An account's choices, with what the site says and which ways lead anywhere. */
export async function findPreferences(db: Db, accountId: number): Promise<Preferences> {
  const { rows } = await sql<Preferences>`
    select coalesce(p.version, 1) as version, coalesce(p.choices, '{}') as choices, p.quiet_from, p.quiet_until,
      coalesce((select fields from settings where section = 'notifications'), '{}') as site,
      exists (select from telegram_chats c where c.account_id = a.id and blocked_at is null) as has_chat,
      a.email is not null and exists (
        select from settings where section = 'mail' and (fields -> 'enabled')::boolean) as has_mail
    from accounts a left join notification_preferences p on p.account_id = a.id
    where a.id = ${accountId}`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('An account that acts is there.');
  return row;
}

/** Of two that save at once, one sees what the other saved. */
export async function lockPreferences(trx: Trx, accountId: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('notification_preferences'), ${accountId})`.execute(
    trx,
  );
}

export async function savePreferences(
  trx: Trx,
  accountId: number,
  { choices, ...chosen }: Chosen,
): Promise<void> {
  const row = { ...chosen, choices: JSON.stringify(choices), updatedAt: sql<string>`now()` };
  await trx
    .insertInto('notificationPreferences')
    .values({ accountId, ...row })
    .onConflict((conflict) => conflict.column('accountId').doUpdateSet(row))
    .execute();
}
