import { Username } from '@cmp/shared/auth';
import type { CellIssue, PlanEntryKind } from '@cmp/shared/changes';
import type { GrantLevel, Role } from '@cmp/shared/permissions';
import { nameKey } from '@cmp/shared/primitives';
import { NewServer } from '@cmp/shared/servers';
import { type ReadingRules, shown } from '@cmp/shared/workbook';
import type { LegacyLists } from './legacy-file.ts';
import { legacyUsers } from './legacy-users.ts';

/** What a snapshot is read by: as a spreadsheet is, and the zone that its moments are days of. */
export interface LegacyRules extends ReadingRules {
  timeZone: string;
}

/** A row of the plan, under the database's names. `reason` is a code. */
export interface LegacyRow {
  kind: Extract<PlanEntryKind, 'added' | 'skipped' | 'error'>;
  table: 'servers' | 'users' | 'accounts' | 'settings';
  /** Its place in its list, from 1. */
  fileRow: number | null;
  name: string | null;
  after: Record<string, unknown>;
  reason: string | null;
  errors: CellIssue[];
  warnings: CellIssue[];
}

type Fields = Record<string, unknown>;

/** What a whole snapshot says, as rows of a plan: servers, their users, accounts, and what is not taken. */
export function* legacyRows(file: LegacyLists, rules: LegacyRules): Generator<LegacyRow> {
  const servers = serversOf(file.servers);
  yield* servers.rows;
  yield* legacyUsers(file.users, servers.keyOfId, rules);
  yield* accountsOf(file, servers.keyOfId);
  yield* settingsOf(file.settings);
  yield* notKept('server_keys', file.serverKeys);
  yield* notKept('domains', file.domains);
}

/** The older portals did not hold names apart: of two servers of one name nobody can know which is meant. */
function serversOf(list: Fields[]) {
  const keys = list.map((fields) => nameKey(textOf(fields.server_name)));
  // Where it may not be taken, null: its users know by that.
  const keyOfId = new Map<string, string | null>();
  const rows = placed(list).map(([fields, fileRow]): LegacyRow => {
    const { server_name, owner, service_type, ip_address, domain_name } = fields;
    const name = NewServer.shape.name.safeParse(textOf(server_name));
    const key = nameKey(textOf(server_name));
    const twins = keys.flatMap((other, index) => (other === key ? [index + 1] : []));
    const errors = [
      ...(name.success ? [] : [issue('server_name', 'required', server_name, 'a name')]),
      ...(name.success && twins.length > 1
        ? [issue('server_name', 'duplicate', server_name, `each once; rows ${twins.join(', ')}`)]
        : []),
    ];
    const checked = { owner, service_type, ip_address, domain_name };
    const { fields: kept, warnings } = serverFields(checked);
    keyOfId.set(textOf(fields.id), errors.length === 0 ? key : null);
    const after = { id: null, name: name.data ?? textOf(server_name), name_key: key, ...kept };
    return {
      ...{ kind: errors.length > 0 ? 'error' : 'added', table: 'servers', fileRow },
      ...{ name: shown(textOf(server_name)), after, reason: null, errors, warnings },
    };
  });
  return { rows, keyOfId };
}

const contractOf = {
  owner: NewServer.shape.owner,
  service_type: NewServer.shape.serviceType,
  ip_address: NewServer.shape.ipAddress,
  domain_name: NewServer.shape.domainName,
} as const;

/** What cannot be kept as it is stays out, and is told: it bars no user's way. */
function serverFields(given: Fields): { fields: Fields; warnings: CellIssue[] } {
  const fields: Fields = {};
  const warnings: CellIssue[] = [];
  for (const [column, contract] of Object.entries(contractOf)) {
    const value = given[column];
    const parsed = contract.safeParse(textOf(value).trim() || null);
    fields[column] = parsed.data ?? null;
    if (!parsed.success) warnings.push(issue(column, 'left_out', value, 'left empty'));
    if (value === undefined) warnings.push(issue(column, 'missing', '', 'left empty'));
  }
  return { fields, warnings };
}

const roleOf: Record<string, Role> = {
  ADMIN: 'admin',
  SERVER_ADMIN: 'server_admin',
  EDITOR: 'server_admin',
  VIEWER: 'viewer',
};

function* accountsOf(
  { admins, viewerPermissions, serverAdminPermissions }: LegacyLists,
  keyOfId: ReadonlyMap<string, string | null>,
): Generator<LegacyRow> {
  const keys = admins.map(({ username }) => nameKey(textOf(username)));
  for (const [fields, fileRow] of placed(admins)) {
    const { username, display_name, role, password_hash } = fields;
    const name = Username.safeParse(username);
    const known = roleOf[textOf(role).toUpperCase()];
    const isTwin = keys.filter((key) => key === nameKey(textOf(username))).length > 1;
    const errors = [
      ...(name.success ? [] : [issue('username', 'required', username, 'a name to sign in with')]),
      ...(isTwin ? [issue('username', 'duplicate', username, 'each once')] : []),
      ...(known ? [] : [issue('role', 'unknown_role', role, Object.keys(roleOf).join(', '))]),
    ];
    const displayed = textOf(display_name).trim().slice(0, 80) || textOf(username);
    const warnings = [
      ...(textOf(role).toUpperCase() === 'EDITOR'
        ? [issue('role', 'role_renamed', role, 'server_admin, on the servers granted')]
        : []),
      ...(isBcrypt(password_hash)
        ? []
        : [issue('password_hash', 'no_password', '', 'a one-time password')]),
    ];
    const grants = [
      ...grantsOf(fields.id, serverAdminPermissions, known === 'viewer' ? 'view' : 'manage'),
      ...grantsOf(fields.id, viewerPermissions, 'view'),
    ].flatMap(({ serverId, level }) => {
      const serverKey = keyOfId.get(serverId);
      return serverKey ? [{ server_key: serverKey, level }] : [];
    });
    const after = {
      ...{ id: null, username: name.data ?? null, name_key: nameKey(textOf(username)) },
      ...{ display_name: displayed, role: known ?? null, grants },
      ...(isBcrypt(password_hash) && { password_hash }),
    };
    const kind = errors.length > 0 ? 'error' : 'added';
    const entry = { kind, table: 'accounts', fileRow, name: shown(textOf(username)) } as const;
    yield { ...entry, after, reason: null, errors, warnings };
  }
}

function grantsOf(
  id: unknown,
  permissions: Fields[],
  level: GrantLevel,
): { serverId: string; level: GrantLevel }[] {
  return permissions
    .filter((permission) => {
      const holder = ['admin_id', 'account_id', 'viewer_id', 'server_admin_id', 'user_id'].find(
        (column) => permission[column] !== undefined,
      );
      return holder !== undefined && textOf(permission[holder]) === textOf(id);
    })
    .map(({ server_id }) => ({ serverId: textOf(server_id), level }));
}

/** What `$2a$`, `$2b$` and `$2y$` begin, whole. */
function isBcrypt(hash: unknown): hash is string {
  return typeof hash === 'string' && /^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/.test(hash);
}

/** Settings of another product are set by hand, with these before one's eyes; no value is taken along. */
function* settingsOf(settings: Fields[]): Generator<LegacyRow> {
  for (const [fields, fileRow] of placed(settings)) {
    const name = shown(textOf(fields.key ?? fields.setting_key ?? fields.name)) || null;
    const isMasked = Object.values(fields).some(
      (value) => typeof value === 'string' && /^\*{4,}/.test(value.trim()),
    );
    const reason = isMasked ? 'masked_secret' : 'set_by_hand';
    const kind = { kind: 'skipped', table: 'settings', fileRow } as const;
    yield { ...kind, name, after: {}, reason, errors: [], warnings: [] };
  }
}

function* notKept(name: string, list: Fields[]): Generator<LegacyRow> {
  if (list.length === 0) return;
  const kind = { kind: 'skipped', table: 'settings', fileRow: null } as const;
  const label = `${name} (${list.length})`;
  yield { ...kind, name: label, after: {}, reason: 'not_kept', errors: [], warnings: [] };
}

/** What a person would read in a field. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export function placed(list: Fields[]): [Fields, number][] {
  return list
    .map((fields, index): [Fields, number] => [fields, index + 1])
    .toSorted(([a, from], [b, to]) => positionOf(a) - positionOf(b) || from - to);
}

function positionOf({ display_pos }: Fields): number {
  const position = Number(textOf(display_pos) || Number.NaN);
  return Number.isFinite(position) ? position : Number.MAX_SAFE_INTEGER;
}

export function issue(column: string, code: string, found: unknown, accepted: string): CellIssue {
  return { column, code, found: shown(textOf(found)), accepted: shown(accepted), suggestion: null };
}
