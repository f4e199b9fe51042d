import { readFile } from 'node:fs/promises';
import { Section, type SectionContract, sections } from '@cmp/shared/settings/sections';
import { Argument, type Command } from 'commander';
import { loadKeys } from '#lib/keys.ts';
import { refuseOverridden } from '#modules/settings/environment.ts';
import { changeSection, readSection } from '#modules/settings/settings.service.ts';
import { systemActor } from '#plugins/access.ts';
import { withDatabase } from './database.ts';
import { CommandRefused, type Outcome } from './outcome.ts';
import type { Context, Run } from './program.ts';

const actor = systemActor('cli');

/** `cmp settings …`: what the panel's pages do, also while the portal is down. */
export function addSettingsCommands(program: Command, run: Run): void {
  const settings = program.command('settings').description('read and alter the settings');
  const section = () => new Argument('<section>').choices(Section.options);

  settings
    .command('get')
    .description('show a section, or one of its fields; a secret only as whether it is set')
    .addArgument(section())
    .argument('[field]')
    .action((name: Section, field: string | undefined) =>
      run((context) => get(context, name, field)),
    );

  settings
    .command('set')
    .description('alter one field; a value that is JSON is taken as such, else as text')
    .addArgument(section())
    .argument('<field>')
    .argument('[value]', 'not for secrets: whoever lists the processes would read it')
    .option('--file <path>', 'read the value from a file')
    .option('--stdin', 'read the value from the standard input')
    .option('--clear', 'set the field to nothing')
    .action((name: Section, field: string, value: string | undefined, from: From) =>
      run((context) => set(context, name, field, value, from)),
    );
}

interface From {
  file?: string;
  stdin?: true;
  clear?: true;
}

async function get(context: Context, name: Section, field: string | undefined): Promise<Outcome> {
  const overrides = context.config.settings[name];
  const view = await withDatabase(context, (db) =>
    readSection(db, name, sections[name], overrides),
  );
  const all = { ...view.values, ...view.secrets };
  if (field === undefined)
    return {
      text: [`version ${view.version}`, ...Object.entries(all).map(line)].join('\n'),
      data: view,
    };
  if (!(field in all)) throw new CommandRefused(`The section ${name} has no field ${field}.`);
  return { text: spelled(all[field]), data: { [field]: all[field] } };
}

async function set(
  context: Context,
  name: Section,
  field: string,
  value: string | undefined,
  from: From,
): Promise<Outcome> {
  const { config } = context;
  const contract: SectionContract = sections[name];
  const isSecret = contract.secrets.includes(field);
  if (isSecret && value !== undefined)
    throw new CommandRefused(
      `${field} is a secret: give it by --stdin or --file, where no list of processes shows it.`,
    );
  const given = await readValue(context, value, from);
  const values = { [field]: isSecret ? given : asJson(given) };
  const overrides = config.settings[name];
  refuseOverridden(overrides, values);

  const { settings: key } = loadKeys(config);
  const saved = await withDatabase(context, async (db) => {
    const { version } = await readSection(db, name, contract, overrides);
    return changeSection(db, actor, key, name, contract, { version, values }, overrides);
  });
  return { text: `Saved ${field} of ${name}.`, data: saved };
}

async function readValue(
  { readInput }: Context,
  value: string | undefined,
  from: From,
): Promise<string | null> {
  const ways = [value, from.file, from.stdin, from.clear].filter((way) => way !== undefined);
  if (ways.length !== 1)
    throw new CommandRefused('Give the value, or --file, or --stdin, or --clear: one of them.');
  if (from.clear) return null;
  if (value !== undefined) return value;
  const read = from.file === undefined ? await readInput() : await readGiven(from.file);
  // What ends a line is the editor's, not the secret's.
  return read.replace(/\r?\n$/, '');
}

async function readGiven(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new CommandRefused(`The file cannot be read: ${said}`, { cause });
  }
}

function asJson(given: string | null): unknown {
  if (given === null) return null;
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

function line([name, value]: [string, unknown]): string {
  return `${name} ${spelled(value)}`;
}

function spelled(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
