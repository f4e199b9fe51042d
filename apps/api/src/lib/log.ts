import type { LoggerOptions } from 'pino';

/** How every process logs: JSON by the line, and nothing in it that opens anything. */
export function logOptions(level: string): LoggerOptions {
  return {
    level,
    redact: ['req.headers.cookie', 'req.headers.authorization'],
    serializers: { err: asFields },
  };
}

const told = ['code', 'constraint', 'table', 'column', 'schema', 'severity', 'statusCode', 'event'];

/**
 * Of an error only what is known to be no value: PostgreSQL's `detail` and `where` quote the row that failed, hashes
 * and sealed secrets included.
 */
function asFields(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const known = Object.entries(error).filter(([key]) => told.includes(key));
  const fields = { type: error.constructor.name, name, message, stack };
  return {
    ...fields,
    ...Object.fromEntries(known),
    ...(cause !== undefined && { cause: asFields(cause) }),
  };
}
