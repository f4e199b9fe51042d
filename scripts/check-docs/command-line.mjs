// What `cmp` understands, as its own --help tells it.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** @typedef {{ name: string, options: Set<string>, commands: Map<string, Command> }} Command */

/**
 * @param {string} root
 * @returns {Promise<Command>}
 */
export async function readCommandLine(root) {
  const program = path.join(root, 'apps/api/src/cli/program.ts');
  const { runCmp } = await import(pathToFileURL(program).href);
  /** @param {string[]} words */
  const help = async (words) => {
    let said = '';
    const write = (/** @type {string} */ text) => {
      said += text;
    };
    const terminal = {
      environment: {},
      isInteractive: false,
      write,
      writeError: write,
      readInput: async () => '',
      signal: new AbortController().signal,
    };
    await runCmp([...words, '--help'], terminal);
    return said;
  };
  return read([], help);
}

/**
 * @param {string[]} words
 * @param {(words: string[]) => Promise<string>} help
 * @returns {Promise<Command>}
 */
async function read(words, help) {
  const text = await help(words);
  const [, listed = ''] = /\nCommands:\n([\s\S]*)/.exec(text) ?? [];
  const names = [...listed.matchAll(/^ {2}(\w[\w-]*)/gm)].map(([, name = '']) => name);
  const commands = new Map();
  for (const name of names)
    if (name !== 'help') commands.set(name, await read([...words, name], help));
  return {
    name: ['cmp', ...words].join(' '),
    options: new Set(text.match(/(?<=^ {2}(?:-\w, )?)--[\w-]+/gm)),
    commands,
  };
}

/**
 * What is wrong with a command that a page names, if something is.
 * @param {Command} cmp
 * @param {string[]} words those after `cmp`
 * @returns {string | undefined}
 */
export function isCommand(cmp, words) {
  let command = cmp;
  for (const word of words.filter((word) => word !== '--')) {
    if (word.startsWith('--')) {
      const option = /^--[\w-]*/.exec(word)?.[0] ?? word;
      if (option === '--json' || command.options.has(option)) continue;
      return `${command.name} knows no ${option}`;
    }
    if (command.commands.size === 0) continue;
    const next = command.commands.get(word);
    if (!next) return /^[a-z][\w-]*$/.test(word) ? `${command.name} knows no “${word}”` : undefined;
    command = next;
  }
  return undefined;
}
