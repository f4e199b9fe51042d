import type { SettingsSection } from '@cmp/shared/settings/sections';
import type { Pool } from 'pg';
import * as z from 'zod';
import type { Asked } from '#http-pairs.ts';
import { inChange } from './change.ts';

const Change = z.object({ version: z.int(), values: z.record(z.string(), z.unknown()) });

/** The same statements as the product's; the triggers are the database's own. */
export function patchGeneral(pool: Pool, { body }: Asked): Promise<SettingsSection> {
  const { version, values } = Change.parse(body);
  return inChange(pool, 'settings:update', async (client) => {
    await client.query({
      name: 'lock',
      text: "select pg_advisory_xact_lock(hashtextextended('settings general', 0))",
    });
    const { rows } = await client.query<{ version: number; fields: Record<string, unknown> }>({
      name: 'section',
      text: `select version, fields, secrets, secret_states from settings where section = 'general'`,
    });
    const [stored] = rows;
    if (stored?.version !== version) throw new Error(`The version is not ${version}.`);

    const next = { version: version + 1, values: { ...stored.fields, ...values } };
    await client.query({
      name: 'save',
      text: `insert into settings (section, version, fields, secrets, secret_states)
        values ('general', $1, $2, '{}', '{}')
        on conflict (section) do update
        set version = $1, fields = $2, secrets = '{}', secret_states = '{}', updated_at = now()`,
      values: [next.version, JSON.stringify(next.values)],
    });
    return { section: 'general', ...next, secrets: {}, environment: {} };
  });
}
