import fs from 'node:fs';
import type { Command } from 'commander';
import type { Pool } from 'pg';
import { connect, type Db } from '#database/client.ts';
import { findCredentials } from '#database/cluster-credentials.ts';
import { keysOf } from '#lib/keys.ts';
import { examineDeployed, printKey, type WalkOptions } from './after-deploy.ts';
import { openDatabase } from './database.ts';
import { checkDatabase, checkPending } from './doctor/database-checks.ts';
import { checkFiles } from './doctor/file-checks.ts';
import { bad, type Finding, ok, warn } from './doctor/finding.ts';
import { checkMachine } from './doctor/machine-checks.ts';
import { checkParts } from './doctor/part-checks.ts';
import { checkPortal, findPortal, type Portal } from './doctor/portal-checks.ts';
import { checkConnections, checkServer } from './doctor/server-checks.ts';
import { checkServices } from './doctor/service-checks.ts';
import { checkTargets } from './doctor/target-checks.ts';
import { asFailure, type Outcome } from './outcome.ts';
import type { Context, Run } from './program.ts';

/** `cmp doctor`: one line for each thing the portal leans on, with how to mend it. */
export function addDoctorCommand(program: Command, run: Run): void {
  const doctor = program
    .command('doctor')
    .description('check what the portal leans on: exit code 1 where something is to be mended')
    .option('--after-deploy', 'instead, sign in and walk through the portal that answers')
    .option('--url <url>', 'where it answers; this machine, where it is not said')
    .option('--key <key>', 'to sign in by, once (CMP_DOCTOR_KEY); else one is made here')
    .option('--wait <seconds>', 'how long it may take until it answers', '30')
    .addHelpText(
      'after',
      '\nThe walk alters nothing. Its sign-in is in the history of the account, and lasts ten minutes at most.' +
        '\nOther users of the machine can read what is typed: give the key by the environment.',
    )
    .action(({ afterDeploy, ...options }: WalkOptions & { afterDeploy?: true }) =>
      run(async (context) =>
        report(afterDeploy ? await examineDeployed(context, options) : await examine(context)),
      ),
    );

  doctor
    .command('key')
    .description(
      'print a key for a walk from another machine: an admin’s sign-in, without a password',
    )
    .option('--username <name>', 'as whom; the first admin, where it is not said')
    .action((options: { username?: string }) => run((context) => printKey(context, options)));
}

async function examine(context: Context): Promise<Finding[]> {
  const { config } = context;
  const portal = await findPortal(config);
  return [
    ...(await checkMachine(config)),
    ...checkFiles(config),
    ...checkPortal(config, portal),
    ...(await checkServices()),
    ...(await examineDatabase(context, portal)),
  ];
}

async function examineDatabase(context: Context, portal: Portal): Promise<Finding[]> {
  const { database, dataDir } = context.config;
  if (database.kind === 'embedded' && !findCredentials(dataDir))
    return [warn('postgresql', 'there is no database yet', '`npm start` makes it.')];

  try {
    const opened = await openDatabase(context);
    const { db, pool } = connect(opened.appUrl, 2);
    try {
      return await examineOpen(context, portal, { db, pool, url: opened.appUrl });
    } finally {
      await db.destroy();
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

async function examineOpen(
  { config }: Context,
  portal: Portal,
  { db, pool, url }: { db: Db; pool: Pool; url: string },
): Promise<Finding[]> {
  const { database } = config;
  const singleRole = database.kind === 'outside' && database.singleRole;
  const pending = await checkPending(db);
  const server = await checkServer(db, database, url);
  if (pending) return [...server, pending];
  return [
    ...server,
    await checkConnections(db, database.poolSize),
    ...(await checkDatabase(db, singleRole, config)),
    ...(await examineSettings(db, pool, config, portal)),
  ];
}

/** What the settings lead to: nothing is said where the key of their secrets is not there, which was said before. */
async function examineSettings(
  db: Db,
  pool: Pool,
  config: Context['config'],
  portal: Portal,
): Promise<Finding[]> {
  const file = config.keys.secretKeyFile;
  if (!fs.existsSync(file)) return [];
  const key = keysOf(fs.readFileSync(file)).settings;
  try {
    return [
      ...(await checkParts(db, pool, key, config, portal.state === 'runs')),
      ...(await checkTargets(db, pool, key, config)),
      ok('settings', 'this key opens their secrets'),
    ];
  } catch (error) {
    const says = `they cannot be read: ${String(error)}`;
    const mend = `Bring back the ${file} with which they were saved.`;
    return [bad('settings', says, mend)];
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
