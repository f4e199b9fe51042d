import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { sql } from 'kysely';
import { beforeEach, onTestFinished, vi } from 'vitest';
import type { Finding } from '#cli/doctor/finding.ts';
import { test as base } from './command-fixtures.ts';

interface Report {
  exitCode: number;
  findings: Finding[];
  /** The state of each check, the last where it found several things. */
  states: Record<string, string>;
  /** What was found of a check: its state, what it says, and the mend. */
  of: (check: string) => string[];
}

const safe = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' };

/** The examined machine says the same of itself, whichever it is. */
beforeEach(() => {
  vi.spyOn(process, 'getuid').mockReturnValue(1000);
  vi.stubEnv('PATH', process.env.PATH);
  programs({ timedatectl: 'echo yes', systemctl: 'exit 1' });
  return () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  };
});

/** Stands these in for the system's own programs. */
export function programs(texts: Record<string, string>): void {
  const folder = mkdtempSync(join(tmpdir(), 'cmp-programs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(texts))
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  process.env.PATH = `${folder}${delimiter}${process.env.PATH}`;
}

export const test = base
  /** What the server says of its settings: the tests' own is fast and unsafe. */
  .extend('serverSays', ({ owner, database }) => async (settings: Record<string, string>) => {
    const said = sql.lit(JSON.stringify({ ...safe, ...settings }));
    await sql`create or replace view public.pg_settings as
      select name, coalesce(${said}::jsonb ->> name, setting) as setting
      from pg_catalog.pg_settings`.execute(owner);
    await sql`grant select on public.pg_settings to cmp_app`.execute(owner);
    await sql`alter database ${sql.id(database)} set search_path = public, pg_catalog`.execute(
      owner,
    );
  })
  .extend(
    'examine',
    ({ cmp, serverSays }) =>
      async (
        more: NodeJS.ProcessEnv = {},
        settings: Record<string, string> = {},
      ): Promise<Report> => {
        await serverSays(settings);
        const { exitCode, out } = await cmp('doctor --json', more);
        const findings: Finding[] = JSON.parse(out).findings;
        const states = Object.fromEntries(findings.map(({ check, state }) => [check, state]));
        const of = (check: string) =>
          findings
            .filter((finding) => finding.check === check)
            .map(({ state, says, mend }) => [state, says, mend].filter(Boolean).join(' | '));
        return { exitCode, findings, states, of };
      },
  );
