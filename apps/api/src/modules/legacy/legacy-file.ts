import * as z from 'zod';

/** What is kept of a portal's row, whatever else it carries. Every field may be missing: that is told, never guessed. */
const Row = z.record(z.string(), z.unknown());
type Row = z.infer<typeof Row>;
const rows = z.array(Row).optional();

/** A JSON snapshot of an older portal of this kind, whichever of its four forms it has. */
const LegacyFile = z.object({
  type: z.string().optional(),
  createdAt: z.string().optional(),
  created_at: z.string().optional(),
  admins: rows,
  servers: rows,
  users: rows,
  viewer_server_permissions: rows,
  server_admin_permissions: rows,
  app_settings: z.union([z.array(Row), Row]).optional(),
  server_keys: rows,
  domains: rows,
});

const typesKnown = ['config-backup-v1', 'db-backup-v1', 'admin-backup-v1', undefined];

/** The lists of a snapshot, empty where it has none. */
export interface LegacyLists {
  type: string | null;
  createdAt: string | null;
  admins: Row[];
  servers: Row[];
  users: Row[];
  viewerPermissions: Row[];
  serverAdminPermissions: Row[];
  settings: Row[];
  serverKeys: Row[];
  domains: Row[];
}

/** Thrown for a file that is no such snapshot, with the sentence that says why. */
export class NotLegacy extends Error {
  override readonly name = 'NotLegacy';
}

/** Reads the text of a snapshot; throws `NotLegacy`. */
export function readLegacyFile(text: string): LegacyLists {
  const parsed = LegacyFile.safeParse(parseJson(text));
  if (!parsed.success)
    throw new NotLegacy(
      `This is not a snapshot of an older portal: ${z.prettifyError(parsed.error)}`,
    );
  const file = parsed.data;
  if (!typesKnown.includes(file.type))
    throw new NotLegacy(`“${file.type}” is a kind of snapshot that this portal does not know.`);
  const hasAny = file.admins ?? file.servers ?? file.users ?? file.app_settings;
  if (!hasAny) throw new NotLegacy('This JSON holds no admins, servers, users or settings.');

  return {
    type: file.type ?? null,
    createdAt: file.createdAt ?? file.created_at ?? null,
    admins: file.admins ?? [],
    servers: file.servers ?? [],
    users: file.users ?? [],
    viewerPermissions: file.viewer_server_permissions ?? [],
    serverAdminPermissions: file.server_admin_permissions ?? [],
    settings: settingsOf(file.app_settings),
    serverKeys: file.server_keys ?? [],
    domains: file.domains ?? [],
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new NotLegacy('This is not whole JSON: the file is damaged or cut off.');
  }
}

/** A list of rows, or one object of names and values. */
function settingsOf(settings: Row[] | Row | undefined): Row[] {
  if (settings === undefined || Array.isArray(settings)) return settings ?? [];
  return Object.entries(settings).map(([key, value]) => ({ key, value }));
}
