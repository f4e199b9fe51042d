import { sql } from 'kysely';
import { StartRefused } from '#lib/start-refused.ts';
import type { Db } from './client.ts';

/** What the role of a connection may do beyond serving. */
export interface RolePowers {
  role: string;
  database: string;
  isSuperuser: boolean;
  mayMakeRoles: boolean;
  /** It, or a role it may become, owns a table: it may drop what records. */
  ownsTables: boolean;
  /** It is `cmp_app`, or has its rights. */
  isApp: boolean;
}

/** Refuses to serve as a role that could switch the log off, unless the operator said so. */
export async function refusePowerfulRole(db: Db, singleRole: boolean): Promise<void> {
  if (singleRole) return;
  const powers = await readPowers(db);
  const [power] = namePowers(powers);
  if (power)
    throw new StartRefused(
      `The portal would serve as ${powers.role}, which ${power} and so could rewrite the log. ` +
        'Set DATABASE_URL to cmp_app, or DB_SINGLE_ROLE=on to accept that.',
    );
}

/** The role's powers over the log, each as what "it …". None is what a serving role should have. */
export function namePowers({ isSuperuser, mayMakeRoles, ownsTables }: RolePowers): string[] {
  // A superuser has the others, too.
  if (isSuperuser) return ['is a superuser'];
  return [...(ownsTables ? ['owns the tables'] : []), ...(mayMakeRoles ? ['may make roles'] : [])];
}

export async function readPowers(db: Db): Promise<RolePowers> {
  const { rows } = await sql<RolePowers>`
    select rolname as role, current_database() as database,
      rolsuper as is_superuser,
      rolsuper or rolcreaterole as may_make_roles,
      exists (
        select from pg_class
        where relnamespace = to_regnamespace('public') and relkind in ('r', 'p')
          and pg_has_role(relowner, 'member')
      ) as owns_tables,
      exists (
        select from pg_roles app where app.rolname = 'cmp_app' and pg_has_role(app.oid, 'usage')
      ) as is_app
    from pg_roles where rolname = current_user`.execute(db);
  const [powers] = rows;
  if (!powers) throw new Error('The role of this connection is not there.');
  return powers;
}
