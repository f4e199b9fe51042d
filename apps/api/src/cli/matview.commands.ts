import type { Matview } from '@cmp/shared/matviews';
import type { Command } from 'commander';
import { getMatview, switchMatview } from '#modules/matviews/matviews.service.ts';
import { matviewRefresher } from '#modules/matviews/refresher.ts';
import { systemActor } from '#plugins/access.ts';
import { withDatabase } from './database.ts';
import type { Outcome } from './outcome.ts';
import type { Run } from './program.ts';

const actor = systemActor('cli');

/** `cmp matview …`: the counts kept beside the data, for very large sites. */
export function addMatviewCommands(program: Command, run: Run): void {
  const matview = program
    .command('matview')
    .description('make, refresh or drop the status view, from which the overview may count');

  matview
    .command('status')
    .description('whether it is there, and how fresh it is')
    .action(() =>
      run((context) =>
        withDatabase(context, async (db) => told(await getMatview(db, context.config.matviewUse))),
      ),
    );

  matview
    .command('create')
    .description('make it, with what it is to say')
    .action(() =>
      run((context) =>
        withDatabase(context, async (db, { appUrl }) =>
          told(await switchMatview(db, appUrl, actor, { exists: true }, context.config.matviewUse)),
        ),
      ),
    );

  matview
    .command('refresh')
    .description('bring it up to date; one that is under way is waited for')
    .action(() =>
      run((context) =>
        withDatabase(context, async (db, { appUrl }) => {
          await matviewRefresher(db, appUrl, () => {}).refresh();
          return told(await getMatview(db, context.config.matviewUse));
        }),
      ),
    );

  matview
    .command('drop')
    .description('remove it: the overview counts the users again')
    .action(() =>
      run((context) =>
        withDatabase(context, async (db, { appUrl }) =>
          told(
            await switchMatview(db, appUrl, actor, { exists: false }, context.config.matviewUse),
          ),
        ),
      ),
    );
}

function told(matview: Matview): Outcome {
  return { text: inWords(matview), data: matview };
}

function inWords({ name, exists, refreshing, pending, lastSuccess }: Matview): string {
  if (!exists) return `${name} is not there: \`cmp matview create\` makes it.`;
  const since = lastSuccess === null ? 'was never refreshed' : `is of ${lastSuccess}`;
  if (refreshing) return `${name} ${since}; a refresh is under way.`;
  return pending ? `${name} ${since}; a refresh is asked for.` : `${name} ${since}.`;
}
