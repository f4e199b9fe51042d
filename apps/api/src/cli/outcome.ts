import { ConfigError } from '#config.ts';
import { MigrationError } from '#database/migrator.ts';
import { isUnavailable } from '#database/violations.ts';
import { AppError } from '#lib/errors.ts';
import { StartRefused } from '#lib/start-refused.ts';

/** What a command has to say: to a person, and to a script that asked for JSON. */
export interface Outcome {
  text: string;
  data: object;
  /** It ran, and what it found is not good. */
  isBad?: boolean;
  /** Where a command's exit codes say more than well or not. */
  exitCode?: number;
}

/** What the person at the terminal can mend: a sentence, without a stack. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused';
}

export interface Failure {
  code: string;
  message: string;
}

/** An error as something to act on; undefined where it is a bug. */
export function asFailure(error: unknown): Failure | undefined {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  const isForOperator = [CommandRefused, ConfigError, MigrationError, StartRefused].some(
    (kind) => error instanceof kind,
  );
  if (isForOperator && error instanceof Error) return { code: 'refused', message: error.message };
  if (isUnavailable(error))
    return { code: 'unavailable', message: `The database does not answer: ${String(error)}.` };
  return undefined;
}
