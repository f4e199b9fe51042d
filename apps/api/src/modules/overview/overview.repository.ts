import { addDays } from '@cmp/shared/calendar';
import { expiryDays, type Overview } from '@cmp/shared/overview';
import type { StatusBounds } from '@cmp/shared/status';
import type { StatusCounts } from '@cmp/shared/users';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '#database/client.ts';
import type { Scope } from '#plugins/access.ts';

type Totals = Pick<Overview, 'counts' | 'services' | 'servers' | 'expiries'>;

/** How many users a server has by service, enabled and date, of which there are few: from where. */
const standings = {
  /** One pass over an index. */
  users: (scope: Scope) => sql`
    select server_id, service_id, enabled, expires_on, count(*)::int as users
    from users
    where deleted_at is null ${within(scope, sql`server_id`)}
    group by server_id, service_id, enabled, expires_on`,
  /** As they were then, but for servers that are gone by now. */
  matview: (scope: Scope) => sql`
    select server_id, nullif(service_id, 0) as service_id, enabled, expires_on, users
    from user_status_matview
    where server_id in (select id from servers where deleted_at is null)
      ${within(scope, sql`server_id`)}`,
};

/** How the scope's users stand, by server, by service and by the day their term ends. */
export async function readTotals(
  db: Db,
  scope: Scope,
  bounds: StatusBounds,
  source: keyof typeof standings,
): Promise<Totals> {
  const lastDay = addDays(bounds.today, expiryDays - 1);
  const { rows } = await sql<Totals>`
    with standing as materialized (${standings[source](scope)}),
    by_server as (
      select server_id, ${sumsSql(bounds)} as counts from standing group by server_id
    )
    select
      (select ${sumsSql(bounds)} from standing) as counts,
      (select coalesce(json_agg(json_build_object('service', services.name, 'count', users)
          order by services.position nulls last), '[]')
        from (select service_id, sum(users)::int as users from standing group by service_id) as sold
        left join services on services.id = service_id) as services,
      (select coalesce(json_agg(json_build_object('id', id, 'name', name,
          'counts', coalesce(by_server.counts, ${nothing}::json)) order by position), '[]')
        from servers left join by_server on by_server.server_id = servers.id
        where deleted_at is null ${within(scope, sql`servers.id`)}) as servers,
      (select coalesce(json_agg(json_build_object('date', expires_on, 'count', users)
          order by expires_on), '[]')
        from (select expires_on, sum(users)::int as users from standing
          where enabled and expires_on between ${bounds.today}::date and ${lastDay}::date
          group by expires_on) as ending) as expiries`.execute(db);
  const [totals] = rows;
  return totals ?? { counts: none, services: [], servers: [], expiries: [] };
}

const none: StatusCounts = { all: 0, active: 0, soon: 0, expired: 0, disabled: 0 };
const nothing = JSON.stringify(none);

function sumsSql({ today, soonUntil }: StatusBounds): RawBuilder<StatusCounts> {
  const sum = (condition: RawBuilder<unknown>) =>
    sql`coalesce(sum(users) filter (where ${condition}), 0)`;
  return sql<StatusCounts>`json_build_object(
    'all', coalesce(sum(users), 0),
    'disabled', ${sum(sql`not enabled`)},
    'expired', ${sum(sql`enabled and expires_on < ${today}::date`)},
    'soon', ${sum(sql`enabled and expires_on between ${today}::date and ${soonUntil}::date`)},
    'active', ${sum(sql`enabled and expires_on >= ${today}::date and expires_on > ${soonUntil}::date`)})`;
}

function within({ serverIds }: Scope, column: RawBuilder<unknown>): RawBuilder<unknown> {
  return serverIds === 'all' ? sql`` : sql`and ${column} = any(${serverIds}::int[])`;
}
