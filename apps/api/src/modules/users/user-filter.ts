import { nameKey } from '@cmp/shared/primitives';
import type { Status, StatusBounds } from '@cmp/shared/status';
import type { UserFilter } from '@cmp/shared/users';
import { type RawBuilder, sql } from 'kysely';
import type { Scope } from '#plugins/access.ts';

type Condition = RawBuilder<boolean>;

/** Whose users: of one server, or of every server in the scope. A binned server's users are binned with it. */
export function livingIn(scope: Scope, serverId?: number): Condition {
  if (serverId !== undefined) return livingOn(sql`${serverId}`);
  return scope.serverIds === 'all'
    ? living
    : sql`${living} and users.server_id = any(${scope.serverIds}::int[])`;
}

export const living: Condition = sql`users.deleted_at is null`;

export function livingOn(serverId: RawBuilder<number | undefined>): Condition {
  return sql`${living} and users.server_id = ${serverId}`;
}

/** Everything a filter asks but for the status, over `users`. */
export function matches(filter: UserFilter, serverId?: number): Condition {
  const conditions = [sql<boolean>`true`];
  if (filter.q) conditions.push(contains(nameKey(filter.q), serverId));
  if (filter.service?.length) conditions.push(hasService(filter.service));
  if (filter.expiresFrom) conditions.push(sql`users.expires_on >= ${filter.expiresFrom}::date`);
  // A range of dates does not hold “never”, also where it has no end.
  if (filter.expiresFrom) conditions.push(sql`users.expires_on < 'infinity'::date`);
  if (filter.expiresTo) conditions.push(sql`users.expires_on <= ${filter.expiresTo}::date`);
  if (filter.enabled !== undefined) conditions.push(sql`users.enabled = ${filter.enabled}`);
  return sql`${sql.join(conditions, sql` and `)}`;
}

/** One of these statuses: as ranges of `expires_on`, which an index can answer. */
export function hasStatus(statuses: readonly Status[], bounds: StatusBounds): Condition {
  const { today, soonUntil } = bounds;
  const conditionOf: Record<Status, Condition> = {
    disabled: sql`not users.enabled`,
    expired: sql`(users.enabled and users.expires_on < ${today}::date)`,
    soon: sql`(users.enabled and users.expires_on >= ${today}::date and users.expires_on <= ${soonUntil}::date)`,
    active: sql`(users.enabled and users.expires_on >= ${today}::date and users.expires_on > ${soonUntil}::date)`,
  };
  const chosen = statuses.map((status) => conditionOf[status]);
  return chosen.length === 0 ? sql`true` : sql`(${sql.join(chosen, sql` or `)})`;
}

/**
 * One or two letters are answered by prefix, for which a b-tree serves; from three on the trigram index finds
 * them anywhere in name, contact and remark. Across servers a server's name counts too.
 */
function contains(key: string, serverId: number | undefined): Condition {
  const isShort = [...key].length < 3;
  const inUser = isShort
    ? sql<boolean>`(users.name_key >= ${key} and users.name_key < ${key + lastCharacter})`
    : sql<boolean>`users.search_key like ${`%${literal(key)}%`}`;
  if (serverId !== undefined) return inUser;

  const pattern = isShort ? `${literal(key)}%` : `%${literal(key)}%`;
  // An array, so that it is worked out first and both sides of the OR can use an index.
  return sql`(${inUser} or users.server_id = any(array(
    select id from servers where deleted_at is null and name_key like ${pattern})))`;
}

const lastCharacter = '\u{10FFFF}';

/** The text itself, where LIKE would read a wildcard. */
function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function hasService(names: readonly string[]): Condition {
  const keys = names.map(nameKey);
  return sql`users.service_id = any(array(
    select id from services where name_key = any(${keys}::text[]) or aliases && ${keys}::text[]))`;
}
