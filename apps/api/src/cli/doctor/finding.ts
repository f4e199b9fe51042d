/** What one check of `cmp doctor` found. */
export interface Finding {
  check: string;
  /** `warn` is for the operator to know; only `bad` fails the command. */
  state: 'ok' | 'warn' | 'bad';
  says: string;
  mend?: string;
}

export function ok(check: string, says: string): Finding {
  return { check, state: 'ok', says };
}

export function warn(check: string, says: string, mend: string): Finding {
  return { check, state: 'warn', says, mend };
}

export function bad(check: string, says: string, mend: string): Finding {
  return { check, state: 'bad', says, mend };
}
