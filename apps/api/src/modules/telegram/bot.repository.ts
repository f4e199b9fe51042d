import type { BotCode, BotReport } from '@cmp/shared/bot';
import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

export interface BotState {
  lastSuccess: string | null;
  lastError: string | null;
  code: BotCode | null;
  username: string | null;
  updates: number;
  messages: number;
  errors: number;
  latencyMs: number | null;
  updatedAt: string | null;
}

export async function findBotState(db: Db): Promise<BotState> {
  return db
    .selectFrom('botState')
    .select(['lastSuccess', 'lastError', 'username', 'updates', 'messages', 'errors'])
    .select(['latencyMs', 'updatedAt'])
    .select((eb) => eb.ref('code').$castTo<BotCode | null>().as('code'))
    .executeTakeFirstOrThrow();
}

/** Makes a bot the holder, where nobody else is; gives until when somebody is, and whether it is this one. */
export async function takeLease(
  db: Db,
  holder: string,
  seconds: number,
): Promise<{ isHeld: boolean; until: string }> {
  const { rows } = await sql<{ isHeld: boolean; until: string }>`
    with taken as (
      update bot_state set holder = ${holder}, held_until = now() + make_interval(secs => ${seconds})
      where holder is null or holder = ${holder} or held_until <= now()
      returning held_until
    )
    select exists (select from taken) as is_held, coalesce(
      (select held_until from taken), (select held_until from bot_state), now()) as until`.execute(
    db,
  );
  const [lease] = rows;
  if (!lease) throw new Error('The lease said nothing.');
  return lease;
}

export async function holdsLease(db: Db, holder: string): Promise<boolean> {
  const { isHolder } = await db
    .selectFrom('botState')
    .select(sql<boolean>`coalesce(holder = ${holder} and held_until > now(), false)`.as('isHolder'))
    .executeTakeFirstOrThrow();
  return isHolder;
}

export async function saveReport(db: Db, { holder: _, ...report }: BotReport): Promise<void> {
  await db
    .updateTable('botState')
    .set({ ...report, updatedAt: sql`now()` })
    .execute();
}
