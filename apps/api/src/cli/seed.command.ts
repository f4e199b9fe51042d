import { todayIn } from '@cmp/shared/calendar';
import { type Command, InvalidArgumentError } from 'commander';
import type { Db } from '#database/client.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { listServerIds } from '#modules/servers/servers.repository.ts';
import { shipServices } from '#modules/services/services.service.ts';
import { readGeneral } from '#modules/settings/settings.service.ts';
import { addSampleData, type SampleSize, smallSample } from '#modules/setup/sample-data.service.ts';
import { systemActor } from '#plugins/access.ts';
import { withDatabase } from './database.ts';
import { CommandRefused } from './outcome.ts';
import type { Run } from './program.ts';

const actor = systemActor('cli');

/** `cmp seed demo`: invented servers and users, to look around with or to try the portal's speed. */
export function addSeedCommand(program: Command, run: Run): void {
  const { servers, users } = smallSample;
  program
    .command('seed')
    .description('fill an empty portal')
    .command('demo')
    .description('add invented servers and users; refused where there are servers already')
    .option('--servers <count>', 'how many servers', wholeNumber(1, 5_000), servers)
    .option('--users <count>', 'how many users in all', wholeNumber(0, 1_000_000), users)
    .addHelpText('after', '\nFor trials of speed: cmp seed demo --servers 200 --users 100000')
    .action((size: SampleSize) =>
      run((context) =>
        withDatabase(context, async (db) => {
          const startedAt = performance.now();
          await seed(db, size, new Date());
          const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
          return {
            text: `Added ${size.servers} servers with ${size.users} users in ${seconds} s.`,
            data: { servers: size.servers, users: size.users, seconds },
          };
        }),
      ),
    );
}

async function seed(db: Db, size: SampleSize, now: Date): Promise<void> {
  await shipServices(db);
  await inChange(db, actor, 'seed', null, async (trx) => {
    const existing = await listServerIds(trx, actor.scope);
    if (existing.length > 0)
      throw new CommandRefused(
        `There are servers already (${existing.length}): invented users are for an empty portal.`,
      );
    const { timeZone } = await readGeneral(trx);
    await addSampleData(trx, todayIn(now, timeZone), size);
  });
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`A whole number from ${least} to ${most}.`);
    return number;
  };
}
