// What the pages name exists: variables, commands with their options, scripts, files of the repository.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isCommand } from './command-line.mjs';

/** Of other programs, and named to say how they meet the portal. */
const others = [
  'NODE_EXTRA_CA_CERTS',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_TIMEOUT',
  'NODE_ENV',
  'NODE_OPTIONS',
  'HTTP_X_FORWARDED_FOR',
  'HTTP_X_FORWARDED_PROTO',
];
/** The maintainers make it: docs/releasing.md says how. */
const MADE_LATER = ['scripts/release.pub'];
const VARIABLE = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g;
const FILE =
  /(?<![\w./@$~-])(?:scripts|docs|deploy|apps|packages|bench|e2e|migrations)\/[\w./-]*\w/g;

/**
 * @typedef {object} Known
 * @property {Set<string>} variables
 * @property {import('./command-line.mjs').Command} cmp
 * @property {Record<string, string>} scripts of package.json
 */

/**
 * The variables that something here reads: `.env.example`, which a test holds equal to environment.ts, and what the
 * scripts and the files to deploy take.
 * @param {string} root
 */
export function readVariables(root) {
  const files = execFileSync(
    'git',
    ['ls-files', '-co', '--exclude-standard', '--', '.env.example', 'scripts', 'deploy', 'bench'],
    { cwd: root, encoding: 'utf8' },
  );
  const read = files
    .split('\n')
    .filter((name) => name && !/\.md$|^scripts\/(check|test)-docs/.test(name))
    .map((name) => path.join(root, name))
    .filter((file) => fs.existsSync(file) && fs.statSync(file).isFile())
    .flatMap((file) => fs.readFileSync(file, 'utf8').match(/\b[A-Z][A-Z0-9_]+\b/g) ?? []);
  return new Set([...read, ...others]);
}

/**
 * @param {string} root
 * @param {import('./pages.mjs').Page} page
 * @param {Known} known
 * @returns {string[]}
 */
export function unknownNames(root, page, known) {
  const commands = page.blocks.filter(({ language }) => /^(sh|ini|yaml)$/.test(language));
  const code = [
    ...page.spans,
    ...commands.flatMap(({ line, text }) =>
      text.split('\n').map((written, index) => ({ line: line + 1 + index, text: written })),
    ),
  ];
  const own = new Set(
    page.text.match(/\b[A-Z][A-Z0-9_]+(?==|:\?)/g)?.filter((name) => !isOurs(name)),
  );
  return code.flatMap(({ line, text }) =>
    [
      ...(text.match(VARIABLE) ?? [])
        .filter((name) => !known.variables.has(name) && !own.has(name))
        .map((name) => `nothing reads ${name}`),
      ...unknownCommands(text, known),
      ...((!text.includes('kubectl') && text.match(FILE)) || [])
        .filter(
          (file) =>
            !fs.existsSync(path.join(root, file)) &&
            !MADE_LATER.includes(file) &&
            !/\/(dist|node_modules)\b/.test(file),
        )
        .map((file) => `there is no ${file}`),
    ].map((fault) => `${page.name}:${line}: ${fault}`),
  );
}

/** A page may name variables of its own in its commands, but none that reads like one of the product's. @param {string} name */
function isOurs(name) {
  return /^(CMP|DB|DATABASE|CERT|TELEGRAM|SEED|BOT|TRUSTED|OTEL|TLS)_/.test(name);
}

/**
 * @param {string} text
 * @param {Known} known
 */
function unknownCommands(text, { cmp, scripts }) {
  const faults = [];
  // Where a command stands: `kubectl -n cmp wait` is none of ours.
  const called =
    /(?:^\s*|[;|&(]\s*|\bsudo |npm run )(?:(?<=npm run )cmp --|(?:scripts\/|\.\/scripts\/)?cmp(?:-portal)?)((?: +[^\s|;&#`)…]+)+)/g;
  for (const [, words = ''] of text.matchAll(called)) {
    const fault = isCommand(cmp, words.trim().split(/ +/));
    if (fault) faults.push(fault);
  }
  for (const [, script = ''] of text.matchAll(/\bnpm run ([\w:-]+)/g))
    if (!(script in scripts)) faults.push(`package.json has no script ${script}`);
  return faults;
}
