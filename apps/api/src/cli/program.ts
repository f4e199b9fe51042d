import { Command, CommanderError } from 'commander';
import { type Config, readConfig } from '#config.ts';
import { addAccountCommands } from './account.commands.ts';
import { addBotCommands } from './bot.command.ts';
import { addCertificateCommand } from './certificate.command.ts';
import { addDoctorCommand } from './doctor.command.ts';
import { addLegacyCommands } from './legacy.command.ts';
import { addMatviewCommands } from './matview.commands.ts';
import { addMigrateCommand } from './migrate.command.ts';
import { asFailure, type Failure, type Outcome } from './outcome.ts';
import { addRestoreCommand } from './restore.command.ts';
import { addSeedCommand } from './seed.command.ts';
import { addSettingsCommands } from './settings.commands.ts';
import { addSetupCommand } from './setup.command.ts';
import { addKeyCommand, addSnapshotCommands } from './snapshot.commands.ts';

/** Where a command is typed, and where its answer goes. */
export interface Terminal {
  environment: NodeJS.ProcessEnv;
  /** Somebody is there to be asked. */
  isInteractive: boolean;
  write: (text: string) => void;
  writeError: (text: string) => void;
  /** All of the standard input. */
  readInput: () => Promise<string>;
  /** The command is to end: what it started is stopped first. */
  signal: AbortSignal;
}

export type Context = Pick<Terminal, 'isInteractive' | 'writeError' | 'readInput' | 'signal'> & {
  config: Config;
};

/** Runs the work of a command with the configuration, and answers with what it says. */
export type Run = (
  work: (context: Context) => Promise<Outcome>,
  exits?: { failed: number },
) => Promise<void>;

const exitCodes = { done: 0, failed: 1, misused: 2, interrupted: 130 } as const;

/** The command line: the table of contents. Gives the exit code. */
export async function runCmp(args: string[], terminal: Terminal): Promise<number> {
  const { write, writeError, readInput, environment, isInteractive, signal } = terminal;
  let exitCode: number = exitCodes.done;

  const program = new Command('cmp')
    .description('Looks after the Customer Management Portal, whether it is running or not.')
    .option('--json', 'answer in JSON, for scripts')
    .addHelpText('after', '\nExit codes: 0 done, 1 refused or not well, 2 not understood.')
    .configureOutput({ writeOut: write, writeErr: writeError })
    .showHelpAfterError('(--help says what can be said)')
    .exitOverride();
  const run: Run = async (work, { failed } = exitCodes) => {
    const isJson = program.opts<{ json?: boolean }>().json === true;
    try {
      const config = readConfig(environment);
      const {
        text,
        data,
        isBad,
        exitCode: own,
      } = await work({
        config,
        isInteractive,
        writeError,
        readInput,
        signal,
      });
      write(isJson ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`);
      exitCode = own ?? (isBad ? exitCodes.failed : exitCodes.done);
    } catch (error) {
      exitCode = signal.aborted ? exitCodes.interrupted : failed;
      const failure = asFailure(error) ?? asBug(error);
      if (isJson) write(`${JSON.stringify({ error: failure }, null, 2)}\n`);
      else writeError(`${failure.message}\n`);
    }
  };
  addMigrateCommand(program, run);
  addSeedCommand(program, run);
  addSetupCommand(program, run);
  addAccountCommands(program, run);
  addSnapshotCommands(program, run);
  addKeyCommand(program, run);
  addSettingsCommands(program, run);
  addBotCommands(program, run);
  addDoctorCommand(program, run);
  addLegacyCommands(program, run);
  addRestoreCommand(program, run);
  addCertificateCommand(program, run);
  addMatviewCommands(program, run);

  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.done : exitCodes.misused;
  }
  return exitCode;
}

function asBug(error: unknown): Failure {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal', message };
}
