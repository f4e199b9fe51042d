import fs from 'node:fs';
import path from 'node:path';
import { pnpm, run, toolEnvironment } from '#scripts/toolchain.mjs';

/** Whose programs a release runs, beside the root with its Node. The panel is files by then. */
const RUNS = ['cmp', '@cmp/api', '@cmp/telegram-bot', '@cmp/shared'];

const SHIPPED = [
  'apps/api/package.json',
  'apps/api/src',
  'apps/telegram-bot/package.json',
  'apps/telegram-bot/src',
  'apps/web/dist',
  'packages/shared/package.json',
  'packages/shared/src',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'VERSION',
  '.env.example',
  'package.json',
  'deploy',
  'docs/operations',
  'migrations',
  'scripts/bootstrap.sh',
  'scripts/cmp',
  'scripts/install.sh',
  'scripts/update.sh',
  'scripts/uninstall.sh',
  'scripts/release.pub',
  'scripts/linux',
];

/**
 * @param {string} source
 * @param {string} base the folder of this build; caches lie there too when the home is closed
 */
export async function buildPanel(source, base) {
  const filters = ['--filter', 'cmp', '--filter', '@cmp/web...'];
  const installed = await tool(source, base, [
    'install',
    '--frozen-lockfile',
    '--prefer-offline',
    ...filters,
  ]);
  if (installed.code !== 0) return installed;
  return tool(source, base, ['--filter', '@cmp/web', 'run', 'build']);
}

/**
 * @param {string} top
 * @param {string} base
 * @param {string} arch
 */
export async function installProduction(top, base, arch) {
  fs.appendFileSync(
    path.join(top, 'pnpm-workspace.yaml'),
    `supportedArchitectures:\n  os: [linux]\n  cpu: [${arch}]\n  libc: [glibc]\n`,
  );
  return tool(top, base, [
    'install',
    '--prod',
    '--frozen-lockfile',
    '--prefer-offline',
    ...RUNS.flatMap((name) => ['--filter', name]),
  ]);
}

/**
 * Takes away all that an installed portal does not run, and what differs from one build to the next.
 * @param {string} top
 * @param {string} source where the panel was built
 * @param {import('./commit.mjs').Commit} commit
 */
export function keepWhatRuns(top, source, { name, version, gitSha, committedAt }) {
  fs.cpSync(path.join(source, 'apps/web/dist'), path.join(top, 'apps/web/dist'), {
    recursive: true,
  });
  const kept = [...SHIPPED, ...RUNS.map((run) => modulesOf(run))];
  prune(top, '', kept);
  dropInside(top);
  const release = { name, version, gitSha, buildTimestamp: committedAt.toISOString() };
  fs.writeFileSync(path.join(top, 'RELEASE.json'), `${JSON.stringify(release, null, 2)}\n`);
}

/** @param {string} name */
function modulesOf(name) {
  if (name === 'cmp') return 'node_modules';
  return name === '@cmp/shared'
    ? 'packages/shared/node_modules'
    : `apps/${name.slice('@cmp/'.length)}/node_modules`;
}

/**
 * @param {string} top
 * @param {string} folder
 * @param {string[]} kept
 */
function prune(top, folder, kept) {
  for (const entry of fs.readdirSync(path.join(top, folder))) {
    const place = path.posix.join(folder, entry);
    if (kept.includes(place)) continue;
    if (kept.some((name) => name.startsWith(`${place}/`))) prune(top, place, kept);
    else fs.rmSync(path.join(top, place), { recursive: true });
  }
}

/** @param {string} top */
function dropInside(top) {
  for (const name of ['.modules.yaml', '.pnpm-workspace-state-v1.json'])
    fs.rmSync(path.join(top, 'node_modules', name), { force: true });
  for (const entry of fs.readdirSync(top, { recursive: true, withFileTypes: true })) {
    const place = path.join(entry.parentPath, entry.name);
    const inside = path.relative(top, place);
    if (isDropped(inside, entry.isDirectory()) || isLoose(place))
      fs.rmSync(place, { recursive: true, force: true });
  }
}

/**
 * @param {string} place
 * @param {boolean} isFolder
 */
function isDropped(place, isFolder) {
  // The programs of libraries: nobody calls them. The one that counts is the Node beside package.json.
  if (isFolder && place.endsWith('/.bin')) return place !== 'node_modules/.bin';
  if (place.startsWith('node_modules/')) return false;
  return (
    /\.(test|peers|faults)\.tsx?$/.test(place) ||
    (isFolder && /^apps\/[^/]+\/src\/test$/.test(place))
  );
}

/**
 * A link to what was not kept.
 * @param {string} place
 */
function isLoose(place) {
  return (
    Boolean(fs.lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) &&
    !fs.existsSync(place)
  );
}

/**
 * @param {string} cwd
 * @param {string} base
 * @param {string[]} args
 */
export function tool(cwd, base, args) {
  const env = toolEnvironment(base);
  // The Node beside the panel's source: that of the release may be another processor's.
  const bin = path.join(base, 'source', 'node_modules', '.bin');
  return run('npx', [...pnpm(cwd), ...args], {
    cwd,
    env: { ...env, PATH: `${bin}${path.delimiter}${env.PATH}` },
    quiet: true,
  });
}
