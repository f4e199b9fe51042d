import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Refused } from '#scripts/toolchain.mjs';

const SEMVER = /\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?/;

/**
 * What a release says about itself.
 * @typedef {{ name: string, version: string, gitSha: string, committedAt: Date }} Commit
 */

/**
 * @param {string} tree
 * @param {string} [name]
 * @returns {Commit}
 */
export function describeCommit(tree, name) {
  const gitSha = git(tree, 'rev-parse', 'HEAD');
  const version = versionOf(
    git(tree, 'show', 'HEAD:package.json'),
    git(tree, 'show', 'HEAD:VERSION'),
  );
  const isTagged = git(tree, 'tag', '--points-at', 'HEAD').split('\n').includes(`v${version}`);
  const chosen = name ?? (isTagged ? version : `${version}-${gitSha.slice(0, 7)}`);
  if (!/^\d[\w.+-]*$/.test(chosen)) throw new Refused(`A release cannot be called ${chosen}.`);
  const committedAt = new Date(Number(git(tree, 'show', '-s', '--format=%ct', 'HEAD')) * 1000);
  return { name: chosen, version, gitSha, committedAt };
}

/**
 * @param {string} manifest
 * @param {string} said `cmp ver 1.0.0`
 */
function versionOf(manifest, said) {
  const version = JSON.parse(manifest).version ?? SEMVER.exec(said)?.[0];
  if (!version) throw new Refused('Neither package.json nor VERSION says which version this is.');
  return version;
}

/**
 * @param {string} tree
 * @param {string[]} args
 */
export function git(tree, ...args) {
  const { status, stdout, stderr } = spawnSync('git', ['-C', tree, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Refused(`${tree} is no checkout to build from: ${stderr?.trim()}`);
  return stdout.trim();
}

/**
 * @param {string} tree
 * @param {string} place
 */
export function unpackCommit(tree, place) {
  fs.mkdirSync(place, { recursive: true });
  const tar = path.join(place, '.commit.tar');
  git(tree, 'archive', '--format=tar', `--output=${tar}`, 'HEAD');
  const { status, stderr } = spawnSync('tar', ['-xf', tar, '-C', place], { encoding: 'utf8' });
  if (status !== 0) throw new Refused(`The commit could not be unpacked: ${stderr}`);
  fs.rmSync(tar);
}
