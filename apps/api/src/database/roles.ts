import pg from 'pg';

export interface RolePasswords {
  owner: string;
  app: string;
}

/**
 * Makes the two roles and the database `cmp`, or sets their passwords where they exist: `cmp_owner` owns
 * and migrates; `cmp_app` serves and owns nothing. Asks for a role that may create roles.
 */
export async function ensureRoles(adminUrl: string, passwords: RolePasswords): Promise<void> {
  const client = new pg.Client(adminUrl);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(7201154)'); // Two starts at once take turns.
    await ensureRole(client, 'cmp_owner', passwords.owner);
    await ensureRole(client, 'cmp_app', passwords.app);
    await ensureDatabase(client);
  } finally {
    await client.end();
  }
}

/** The same server and database as another role. */
export function urlAs(url: string, role: string, password: string, database?: string): string {
  const other = new URL(url);
  other.username = role;
  other.password = encodeURIComponent(password);
  if (database) other.pathname = `/${database}`;
  return other.href;
}

async function ensureRole(client: pg.Client, name: string, password: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
  const verb = rowCount ? 'alter' : 'create';
  const attributes = 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls';
  await client.query(
    `${verb} role ${name} ${attributes} password ${client.escapeLiteral(password)}`,
  );
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query("select from pg_database where datname = 'cmp'");
  if (!rowCount)
    await client.query("create database cmp owner cmp_owner encoding 'UTF8' template template0");
  // At every start: a kill may have come between the database and these.
  await client.query('revoke connect, temporary on database cmp from public');
  await client.query('grant connect, temporary on database cmp to cmp_app');
}
