import type { Command } from 'commander';
import { loadKeys, setupToken } from '#lib/keys.ts';
import { isSetupRequired } from '#modules/accounts/accounts.service.ts';
import { panelAddress } from '#supervisor/welcome.ts';
import { withDatabase } from './database.ts';
import type { Run } from './program.ts';

/** `cmp setup link`: what `npm start` prints at its end, for a portal that services run. */
export function addSetupCommand(program: Command, run: Run): void {
  program
    .command('setup')
    .description('how the first account is made')
    .command('link')
    .description('print the one-time link, while nobody can sign in yet')
    .option('--address <url>', 'where the panel is reached; this machine where it is not said')
    .action(({ address }: { address?: string }) =>
      run((context) =>
        withDatabase(context, async (db) => {
          if (!(await isSetupRequired(db)))
            return { text: 'The portal is set up already. Sign in.', data: { link: null } };
          const at = (address ?? panelAddress(context.config)).replace(/\/+$/, '');
          const link = `${at}/setup?token=${setupToken(loadKeys(context.config))}`;
          return {
            text: `${link}\nThis link makes the first account and works once.`,
            data: { link },
          };
        }),
      ),
    );
}
