// Runs the files `check-deploy/*.check.mjs`, each a check.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { installProgram } from './debian.mjs';
import { Refused, run } from './toolchain.mjs';

/**
 * @typedef {object} Check
 * @property {string} what what is checked, and by what
 * @property {import('./debian.mjs').Program[]} [needs]
 * @property {string[]} subjects git's patterns; one that no file matches is a fault
 * @property {(place: Place) => Promise<string[]>} findFaults
 */

/**
 * @typedef {object} Place
 * @property {string} root the checkout
 * @property {string[]} files the subjects, from the root
 * @property {string} scratch an empty folder, removed afterwards
 * @property {(command: string, ...args: string[]) => Promise<string[]>} faultsOf runs a checker: its words when it fails, else none
 * @property {(command: string, ...args: string[]) => Promise<{ code: number | string, output: string }>} tell runs a command
 */

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'check-deploy');
const ending = '.check.mjs';

/**
 * Runs every check, or those that are named, to the end.
 * @param {{ root: string, node: string, env: NodeJS.ProcessEnv }} toolchain
 * @param {string[]} [asked]
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function checkDeploy(toolchain, asked = []) {
  const all = fs.readdirSync(folder).filter((file) => file.endsWith(ending));
  const names = all.map((file) => file.slice(0, -ending.length)).toSorted();
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown) throw new Refused(`There is no check ${unknown}: ${names.join(', ')}.`);

  const sum = { passed: 0, failed: 0 };
  for (const name of names) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const { check } = await import(path.join(folder, `${name}${ending}`));
    const faults = await findFaults(check, toolchain);
    console.log(`${faults.length === 0 ? '✓' : '✗'} ${name}: ${check.what}`);
    for (const fault of faults) console.log(fault.replace(/^/gm, '    '));
    sum[faults.length === 0 ? 'passed' : 'failed'] += 1;
  }
  return sum;
}

/**
 * @param {Check} check
 * @param {{ root: string, env: NodeJS.ProcessEnv }} toolchain
 */
async function findFaults(check, { root, env }) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-check-'));
  const tell = (/** @type {string} */ command, /** @type {string[]} */ ...args) =>
    run(command, args, { cwd: root, env, quiet: true });
  try {
    for (const program of check.needs ?? []) await installProgram(program, env);
    const subjects = check.subjects.map((pattern) => ({ pattern, files: filesOf(root, pattern) }));
    // What is not there is not checked, and that must not look like a check that held.
    const missing = subjects.filter(({ files }) => files.length === 0);
    if (missing.length > 0) return missing.map(({ pattern }) => `No file is ${pattern}.`);
    return await check.findFaults({
      root,
      scratch,
      tell,
      files: [...new Set(subjects.flatMap(({ files }) => files))],
      faultsOf: async (command, ...args) => {
        const { code, output } = await tell(command, ...args);
        return code === 0 ? [] : [`${output.trim()}\n${command} ended with ${code}.`.trim()];
      },
    });
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * The checkout's files that match, whether or not they are committed yet.
 * @param {string} root
 * @param {string} pattern
 */
function filesOf(root, pattern) {
  const listed = ['--cached', '--others', '--exclude-standard', '--deduplicate'];
  const { status, stdout, stderr } = spawnSync('git', ['ls-files', ...listed, '--', pattern], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Refused(`git ls-files failed (${status}): ${stderr?.trim()}`);
  // One that was taken away and not committed is still listed.
  return stdout.split('\n').filter((file) => file !== '' && fs.existsSync(path.join(root, file)));
}
