import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Plan, PlanEntry } from '@cmp/shared/changes';
import type { Command } from 'commander';
import type { Db } from '#database/client.ts';
import { loadKeys } from '#lib/keys.ts';
import {
  commitLegacy,
  createLegacyPlan,
  fillLegacyPlan,
  judgeLegacy,
  type LegacyChoice,
  readLegacyPasswords,
} from '#modules/legacy/legacy.service.ts';
import { getPlan, readPlanEntries } from '#modules/plans/plans.service.ts';
import { shipServices } from '#modules/services/services.service.ts';
import { systemActor } from '#plugins/access.ts';
import { withDatabase } from './database.ts';
import { CommandRefused, type Outcome } from './outcome.ts';
import type { Context, Run } from './program.ts';

const actor = systemActor('cli');

interface Options extends LegacyChoice {
  dryRun?: boolean;
}

/** `cmp legacy import`: brings in what an older portal of this kind kept, as one change. */
export function addLegacyCommands(program: Command, run: Run): void {
  program
    .command('legacy')
    .description('bring in the data of an older portal')
    .command('import')
    .description('read an older portal’s JSON snapshot and add what it holds, as one change')
    .argument('<file>', 'config-backup-v1, db-backup-v1, admin-backup-v1, or one without a type')
    .option('--dry-run', 'only show what would be added and what cannot be')
    .option('--skip-errors', 'leave out the rows in error')
    .option('--with-accounts', 'add the accounts too; each gets a one-time password')
    .option('--keep-passwords', 'keep the accounts’ passwords where the file holds them')
    .action((file: string, options: Options) =>
      run((context) => withDatabase(context, (db) => importLegacy(db, context, file, options))),
    );
}

async function importLegacy(
  db: Db,
  { config, signal }: Context,
  file: string,
  { dryRun = false, ...choice }: Options,
): Promise<Outcome> {
  const path = resolve(file);
  if (!existsSync(path)) throw new CommandRefused(`There is no file ${path}.`);
  await shipServices(db); // A portal that never served yet has none.
  const planId = await createLegacyPlan(db, actor, basename(path));
  await fillLegacyPlan(db, planId, path, { signal });
  const plan = await getPlan(db, actor, planId);
  const { items: errors } = await readPlanEntries(db, actor, planId, { kind: 'error', limit: 20 });
  if (dryRun) return { text: told(plan, errors), data: { ...plan, errors } };

  judgeLegacy(plan, choice);
  const { tokens } = loadKeys(config);
  const { changeId } = await commitLegacy(db, actor, tokens, planId, choice, 'ready');
  const { items: accounts } = await readLegacyPasswords(db, actor, tokens, planId);
  const passwords = accounts.map(
    ({ username, oneTimePassword }) => `  ${username}  ${oneTimePassword}`,
  );
  const text = [
    `Brought in as change ${changeId}.`,
    ...(passwords.length > 0 ? ['One-time passwords, good for a day:', ...passwords] : []),
  ].join('\n');
  return { text, data: { changeId, accounts } };
}

function told({ subject, counts }: Plan, errors: PlanEntry[]): string {
  const { added, changed, unchanged, skipped, warnings } = counts;
  const lines = errors.map(({ table, fileRow, name, errors: [first] }) => {
    const wrong = first ? `${first.column} “${first.found}”: ${first.accepted}` : '';
    return `  ${table} ${fileRow ?? ''} ${name ?? ''}: ${first?.code ?? ''} ${wrong}`;
  });
  const more = counts.errors - errors.length;
  return [
    `${subject.fileName}: ${added} to add, ${changed} to change, ${unchanged} as they are, ${skipped} not taken, ${counts.errors} in error, ${warnings} with a warning.`,
    ...lines,
    ...(more > 0 ? [`  and ${more} more`] : []),
    'Nothing was changed.',
  ].join('\n');
}
