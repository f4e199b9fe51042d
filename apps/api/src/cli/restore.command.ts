import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { CANCEL_SYMBOL, text } from '@clack/prompts';
import type { Plan } from '@cmp/shared/changes';
import { RestoreMode, RestoreSubject } from '@cmp/shared/snapshots';
import { type Command, Option } from 'commander';
import type { Db } from '#database/client.ts';
import { loadKeys } from '#lib/keys.ts';
import { getPlan, setPlanState } from '#modules/plans/plans.service.ts';
import { readRestore } from '#modules/restore/read.service.ts';
import {
  createRestorePlan,
  isLegacy,
  type RestorePlace,
  requireOwner,
  requireSiteName,
} from '#modules/restore/restore.service.ts';
import { writeRestore } from '#modules/restore/write.service.ts';
import { systemActor } from '#plugins/access.ts';
import { placeOfWork } from '#works.ts';
import { withDatabase } from './database.ts';
import { CommandRefused, type Outcome } from './outcome.ts';
import type { Context, Run } from './program.ts';

const actor = systemActor('cli');

interface Options {
  mode: RestoreMode;
  dryRun?: boolean;
  passphraseFile?: string;
  identityFile?: string;
  recoveryKeyFile?: string;
  overwriteNewer?: boolean;
  trustForeign?: boolean;
  withAccounts?: boolean;
  yes?: boolean;
}

/** `cmp snapshot restore`: the plan that the panel shows, told by table, and the same work without the API. */
export function addRestoreCommand(program: Command, run: Run): void {
  const snapshot =
    program.commands.find((command) => command.name() === 'snapshot') ??
    program.command('snapshot').description('backups of this portal');
  snapshot
    .command('restore')
    .description('show what a snapshot would put back, and put it back')
    .argument('<file>', 'a snapshot’s file')
    .addOption(
      new Option('--mode <mode>', 'merge adds and changes; replace puts it in the place of all')
        .choices(RestoreMode.options)
        .default('merge'),
    )
    .option('--dry-run', 'only show what would be put back')
    .option('--passphrase-file <file>', 'holds the passphrase of an encrypted snapshot')
    .option('--identity-file <file>', 'holds the age identity that opens it')
    .option('--recovery-key-file <file>', 'holds the recovery key of the installation that made it')
    .option('--overwrite-newer', 'write over rows that were altered here since, too')
    .option('--trust-foreign', 'another installation made it, and that is wanted')
    .option('--with-accounts', 'replace accounts, grants, passwords, secrets and the log, too')
    .option('--yes', 'do not ask for the name of the site')
    .action((file: string, options: Options) =>
      run((context) =>
        withDatabase(context, (db, urls) => {
          const place = placeOfWork(context.config, loadKeys(context.config), urls);
          return restore(db, place, context, resolve(file), options);
        }),
      ),
    );
}

async function restore(
  db: Db,
  place: RestorePlace,
  context: Context,
  file: string,
  options: Options,
): Promise<Outcome> {
  const { mode, overwriteNewer = false, trustForeign = false, withAccounts = false } = options;
  if (!existsSync(file)) throw new CommandRefused(`There is no file ${file}.`);
  if (await isLegacy(file))
    throw new CommandRefused('An older portal made this file: use `cmp legacy import`.');
  if (mode === 'replace') requireOwner(place);
  if (withAccounts && mode === 'merge')
    throw new CommandRefused('Accounts come with --mode replace alone.');

  const planId = await createRestorePlan(
    db,
    place,
    actor,
    { mode, fileName: basename(file), snapshotId: null, overwriteNewer },
    {
      passphrase: contentOf(options.passphraseFile),
      identity: contentOf(options.identityFile),
      recoveryKey: contentOf(options.recoveryKeyFile),
      trustForeign,
    },
  );
  // No job: nobody else waits for this, or could take it over.
  const work = {
    ...{ planId, actor, file, signal: context.signal, subject: { withAccounts } },
    progress: () => {},
    finish: async () => {},
  };
  await readRestore(db, place, work);
  const plan = await getPlan(db, actor, planId);
  const shown = told(plan, withAccounts);
  if (options.dryRun) return { text: `${shown}\nNothing was changed.`, data: plan };

  if (mode === 'merge' && plan.counts.added + plan.counts.changed === 0)
    return { text: `${shown}\nThere is nothing to change.`, data: plan };
  if (!options.yes) await confirm(db, context, shown);
  await setPlanState(db, planId, 'ready', { state: 'committing' });
  await writeRestore(db, place, work);
  const { changeId } = await getPlan(db, actor, planId);
  return { text: `${shown}\nPut back as change ${changeId}.`, data: { ...plan, changeId } };
}

function contentOf(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(resolve(file), 'utf8').trimEnd();
}

async function confirm(db: Db, { isInteractive, writeError }: Context, shown: string) {
  if (!isInteractive)
    throw new CommandRefused('Nobody is there to be asked: say --yes, or --dry-run to look.');
  writeError(`${shown}\n`);
  const typed = await text({ message: 'Type the name of the site to go on' });
  if (typed === CANCEL_SYMBOL) throw new CommandRefused('Nothing was changed.');
  await requireSiteName(db, typed);
}

function told({ subject }: Plan, withAccounts: boolean): string {
  const { siteName, createdAt, isForeign, tables } = RestoreSubject.parse(subject);
  const lines = tables.map((table) => {
    const { added, changed, unchanged, kept, removed } = table;
    const counts = `${added} to add, ${changed} to change, ${unchanged} as they are, ${kept} kept, ${removed} to remove`;
    const isLeft = table.isSeparate && !withAccounts;
    return `  ${table.table.padEnd(18)} ${isLeft ? 'stays as it is (--with-accounts)' : counts}`;
  });
  const from = `${siteName}, ${createdAt}${isForeign ? ', of another installation' : ''}`;
  return [from, ...lines].join('\n');
}
