import { nameKey } from '@cmp/shared/primitives';
import { sections } from '@cmp/shared/settings/sections';
import * as z from 'zod';
import { seal, unseal } from '#lib/secret-box.ts';
import { keysOf } from '#modules/users/user-keys.ts';

/** Under which key the secrets of the file's settings are sealed, and under which they are to be. */
export interface Resealing {
  from: Buffer;
  to: Buffer;
}

/**
 * Makes a row of another installation one of ours: what names are found by is worked out anew, never believed, and
 * secrets are sealed under our key, or left out where theirs is not known. Undefined where we could not read it.
 */
export function mendForeign(
  table: string,
  line: string,
  resealing: Resealing | undefined,
): string | undefined {
  const mender = Object.entries(menders).find(([name]) => name === table)?.[1];
  return mender ? mender(line, resealing) : line;
}

type Mender = (line: string, resealing: Resealing | undefined) => string | undefined;

/** A field of another kind than ours is the database's to refuse. */
const Text = z.string().catch('');

const menders: Record<string, Mender> = {
  services: rewrite(
    z.looseObject({ name: Text, aliases: z.array(z.string()).catch([]) }),
    (row) => ({
      name_key: nameKey(row.name),
      aliases: row.aliases.map(nameKey),
    }),
  ),
  servers: rewrite(z.looseObject({ name: Text }), ({ name }) => ({ name_key: nameKey(name) })),
  users: rewrite(
    z.looseObject({
      account_name: Text,
      contact: z.string().nullable().catch(null),
      remark: z.string().nullable().catch(null),
    }),
    ({ account_name: accountName, contact, remark }) => {
      const keys = keysOf({ accountName, contact, remark });
      return { name_key: keys.nameKey, search_key: keys.searchKey };
    },
  ),
  accounts: rewrite(z.looseObject({ username: Text }), ({ username }) => ({
    name_key: nameKey(username),
  })),
  settings: mendSection,
};

function rewrite<Row extends z.ZodType<Record<string, unknown>>>(
  shape: Row,
  keys: (row: z.infer<Row>) => Record<string, unknown>,
): Mender {
  return (line) => {
    const row = shape.parse(JSON.parse(line));
    return JSON.stringify({ ...row, ...keys(row) });
  };
}

const SettingsRow = z.looseObject({
  section: z.string(),
  fields: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.string()).optional(),
});

/** Fields that this release would not take would stop every request that reads them. */
function mendSection(line: string, resealing: Resealing | undefined): string | undefined {
  const row = SettingsRow.safeParse(JSON.parse(line)).data;
  const contract = Object.entries(sections).find(([name]) => name === row?.section)?.[1];
  if (!row || !contract?.values.safeParse(row.fields).success) return undefined;
  const { section, secrets } = row;
  if (!secrets) return JSON.stringify(row);
  if (!resealing) return JSON.stringify({ ...row, secrets: {}, secret_states: {} });
  const resealed = Object.entries(secrets).map(([name, box]) => {
    const context = `${section}.${name}`;
    return [name, seal(resealing.to, context, unseal(resealing.from, context, box))];
  });
  return JSON.stringify({ ...row, secrets: Object.fromEntries(resealed) });
}
