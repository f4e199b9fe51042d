// The programs that the checks need beside the product, from Debian's packages: installed where they are missing.
import fs from 'node:fs';
import path from 'node:path';
import { Refused, run } from './toolchain.mjs';

/**
 * A program and the package that brings it.
 * @typedef {{ file: string, package: string }} Program
 */

/**
 * Installs the package where the program is missing, and starts none of what it brings.
 * @param {Program} program
 * @param {NodeJS.ProcessEnv} env
 */
export async function installProgram({ file, package: name }, env) {
  if (fs.existsSync(file)) return;
  if (process.getuid?.() !== 0) {
    throw new Refused(
      `Debian’s ${name} is missing: run \`apt-get install ${name}\` as root, or run this as root.`,
    );
  }
  await withoutServers(async () => {
    await apt(['update'], env);
    await apt(['install', '-y', '--no-install-recommends', name], env);
  });
  if (!fs.existsSync(file)) throw new Refused(`Debian’s ${name} brought no ${file}.`);
}

/**
 * Packages would start servers of the machine's own, which nobody asked for.
 * @param {() => Promise<void>} work
 */
async function withoutServers(work) {
  const refusals = [
    { file: '/usr/sbin/policy-rc.d', text: '#!/bin/sh\nexit 101\n', mode: 0o755 },
    {
      file: '/etc/postgresql-common/createcluster.d/cmp-checks.conf',
      text: 'create_main_cluster = false\n',
      mode: 0o644,
    },
  ].filter(({ file }) => !fs.existsSync(file));
  for (const { file, text, mode } of refusals) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text, { mode });
  }
  try {
    await work();
  } finally {
    for (const { file } of refusals) fs.rmSync(file);
  }
}

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
async function apt(args, env) {
  const options = { cwd: '/', env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, quiet: true };
  // Another apt may be at work for a while: wait for it instead of failing.
  const { code, output } = await run(
    'apt-get',
    ['-o', 'DPkg::Lock::Timeout=300', ...args],
    options,
  );
  if (code !== 0) throw new Refused(`${output}\napt-get ${args[0]} failed (${code}).`);
}
