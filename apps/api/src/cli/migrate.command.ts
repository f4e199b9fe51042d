import type { Command } from 'commander';
import { migrate } from '#database/migrator.ts';
import { prepareOutsideDatabase } from '#database/outside.ts';
import { openEmbedded } from './database.ts';
import type { Context, Run } from './program.ts';

/** `cmp migrate`: what `npm start` does to the database, without serving. */
export function addMigrateCommand(program: Command, run: Run): void {
  program
    .command('migrate')
    .description('bring the database up to date, and make it where it is missing')
    .action(() =>
      run(async (context) => {
        const applied = await applyMigrations(context);
        const text = applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'Nothing was missing.';
        return { text, data: { applied } };
      }),
    );
}

async function applyMigrations(context: Context): Promise<string[]> {
  if (context.config.database.kind === 'outside')
    return (await prepareOutsideDatabase(context.config)).applied;

  const database = await openEmbedded(context);
  try {
    return await migrate(database.ownerUrl);
  } finally {
    await database.close();
  }
}
