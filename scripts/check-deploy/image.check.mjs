import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const file = 'deploy/docker/Dockerfile';
/** What each process says without its settings, and only once everything that it imports was there. */
const sentences = {
  'apps/api/src/main.ts': 'DATABASE_URL is missing.',
  'apps/api/src/worker.ts': 'There is no database yet',
  'apps/telegram-bot/src/main.ts': 'BOT_SERVICE_TOKEN: ',
};

const read = ['VERSION', 'migrations', 'scripts/cmp', 'apps/api/src/main.ts'];

/**
 * No engine is asked: the stages' steps are run in folders, on the Node that the image names.
 * @type {import('#scripts/deploy-checks.mjs').Check}
 */
export const check = {
  what: 'the images’ build, step by step without an engine',
  subjects: [file, '.dockerignore'],
  findFaults: async ({ root, scratch }) => {
    const lines = fs
      .readFileSync(path.join(root, file), 'utf8')
      .replaceAll('\\\n', ' ')
      .split('\n');
    const node = path.join(root, 'node_modules/.bin/node');
    const { stdout: version } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    const bases = lines.flatMap((line) => /^FROM (node:\S+)/.exec(line)?.[1] ?? []);
    const other = bases.find((base) => base !== `node:${version.trim().slice(1)}-bookworm-slim`);
    if (other) return [`The image is of ${other}, but the product is tested on ${version.trim()}.`];

    const bin = path.join(scratch, 'bin');
    fs.mkdirSync(bin);
    fs.symlinkSync(fs.realpathSync(node), path.join(bin, 'node'));
    const env = { PATH: `${bin}:${process.env.PATH}`, HOME: process.env.HOME, CI: '1' };
    for (const stage of ['panel', 'programs']) {
      const place = path.join(scratch, stage);
      copySource(root, place);
      for (const command of stepsOf(lines, stage)) {
        const { status, stdout, stderr } = spawnSync('bash', ['-euc', command], {
          ...{ cwd: place, env, encoding: 'utf8' },
        });
        if (status !== 0) return [`${stage}: ${command} ended with ${status}:\n${stdout}${stderr}`];
      }
    }
    const programs = path.join(scratch, 'programs');
    const missing = read.filter((name) => !fs.existsSync(path.join(programs, name)));
    return [
      ...missing.map((name) => `The image has no ${name}.`),
      ...(fs.existsSync(path.join(scratch, 'panel/apps/web/dist/index.html')) ? [] : ['no panel']),
      ...Object.entries(sentences).flatMap(([entry, sentence]) => {
        const settings = { ...env, NODE_ENV: 'production', DATA_DIR: path.join(scratch, 'data') };
        const { stdout, stderr } = spawnSync(path.join(bin, 'node'), [entry], {
          ...{ cwd: programs, env: settings, encoding: 'utf8', timeout: 60_000 },
        });
        return `${stdout}${stderr}`.includes(sentence) ? [] : [`${entry} said: ${stdout}${stderr}`];
      }),
    ];
  },
};

/**
 * @param {string[]} lines
 * @param {string} stage
 */
function stepsOf(lines, stage) {
  const begin = lines.findIndex((line) => new RegExp(`^FROM \\S+ AS ${stage}$`).test(line));
  const rest = lines.slice(begin + 1);
  const end = rest.findIndex((line) => line.startsWith('FROM '));
  return rest
    .slice(0, end)
    .filter((line) => line.startsWith('RUN '))
    .map((line) => line.slice('RUN '.length).replace(/--mount=\S+/g, ''));
}

/**
 * What the engine would be handed, by the same list of what it is not.
 * @param {string} root
 * @param {string} place
 */
function copySource(root, place) {
  fs.mkdirSync(place);
  const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], {
    ...{ cwd: root, encoding: 'utf8' },
  });
  const left = fs
    .readFileSync(path.join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => /^[.\w][\w./-]*$/.test(line));
  for (const name of stdout.split('\n')) {
    const isLeft = left.some((folder) => name === folder || name.startsWith(`${folder}/`));
    if (name === '' || isLeft || !fs.existsSync(path.join(root, name))) continue;
    fs.cpSync(path.join(root, name), path.join(place, name), { verbatimSymlinks: true });
  }
}
