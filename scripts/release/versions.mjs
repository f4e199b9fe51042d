import fs from 'node:fs';
import path from 'node:path';

const MANIFESTS = [
  'package.json',
  '{apps,packages}/*/package.json',
  'bench/package.json',
  'e2e/package.json',
];

/**
 * Where the tree names another version than package.json does.
 * @param {string} root
 * @returns {string[]}
 */
export function versionFaults(root) {
  const version = versionOf(root, 'package.json');
  const manifests = MANIFESTS.flatMap((pattern) => fs.globSync(pattern, { cwd: root }));
  const [, written] = /^## (\S+)/m.exec(read(root, 'CHANGELOG.md')) ?? [];
  return [
    ...manifests
      .filter((file) => versionOf(root, file) !== version)
      .map((file) => `${file} is of version ${versionOf(root, file)}, not ${version}.`),
    ...(read(root, 'VERSION') === shown(version)
      ? []
      : [`VERSION does not say ${shown(version).trim()}.`]),
    ...(written === version ? [] : [`CHANGELOG.md begins with ${written}, not ${version}.`]),
  ];
}

/**
 * What people are shown.
 * @param {string} version
 */
export function shown(version) {
  return `cmp ver ${version}\n`;
}

/**
 * @param {string} root
 * @param {string} file
 * @returns {string}
 */
export function versionOf(root, file) {
  return JSON.parse(read(root, file)).version;
}

/**
 * @param {string} root
 * @param {string} file
 */
function read(root, file) {
  return fs.readFileSync(path.join(root, file), 'utf8');
}
