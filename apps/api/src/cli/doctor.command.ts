import type { Command } from 'commander';
import { findCredentials } from '#database/cluster-credentials.ts';
import { withDb } from '#database/outside-roles.ts';
import { openDatabase } from './database.ts';
import { checkDatabase } from './doctor/database-checks.ts';
import { bad, type Finding, warn } from './doctor/finding.ts';
import { checkMachine } from './doctor/machine-checks.ts';
import { asFailure, type Outcome } from './outcome.ts';
import type { Context, Run } from './program.ts';

/** `cmp doctor`: one line for each thing the portal leans on, with how to mend it. */
export function addDoctorCommand(program: Command, run: Run): void {
  program
    .command('doctor')
    .description('check what the portal leans on: exit code 1 where something is to be mended')
    .action(() =>
      run(async (context) => {
        const machine = await checkMachine(context.config);
        return report([...machine, ...(await examineDatabase(context))]);
      }),
    );
}

async function examineDatabase(context: Context): Promise<Finding[]> {
  const { database, dataDir } = context.config;
  if (database.kind === 'embedded' && !findCredentials(dataDir))
    return [warn('postgresql', 'there is no database yet', '`npm start` makes it.')];

  const singleRole = database.kind === 'outside' && database.singleRole;
  try {
    const opened = await openDatabase(context);
    try {
      return await withDb(opened.appUrl, (db) => checkDatabase(db, singleRole, context.config));
    } finally {
      await opened.close();
    }
  } catch (error) {
    const failure = asFailure(error);
    // Whatever it is, the other findings are worth reading.
    const says = (failure?.message ?? String(error)).replace(/\.$/, '');
    const mend =
      database.kind === 'outside'
        ? 'See that it runs, and that DATABASE_URL leads there.'
        : 'See what the start says: `npm start`.';
    return [bad('postgresql', says, mend)];
  }
}

const marks = { ok: 'ok  ', warn: 'warn', bad: 'BAD ' } as const satisfies Record<
  Finding['state'],
  string
>;

function report(findings: Finding[]): Outcome {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, state, says, mend }) => {
    const line = `${marks[state]}  ${check.padEnd(width)}  ${says}.`;
    return mend ? `${line} ${mend}` : line;
  });
  const isBad = findings.some(({ state }) => state === 'bad');
  const isQuiet = findings.every(({ state }) => state === 'ok');
  const calm = isQuiet ? 'All is well.' : 'It works; read the warnings.';
  const sum = isBad ? 'Something is to be mended.' : calm;
  return { text: [...lines, sum].join('\n'), data: { ok: !isBad, findings }, isBad };
}
