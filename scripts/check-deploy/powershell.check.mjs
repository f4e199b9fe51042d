import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Language, Parser } from 'web-tree-sitter';

const findModule = createRequire(import.meta.url).resolve;

/**
 * The grammar alone: PSScriptAnalyzer needs a PowerShell, which neither Debian nor npm has.
 * @type {import('#scripts/deploy-checks.mjs').Check}
 */
export const check = {
  what: 'PowerShell scripts, by tree-sitter’s grammar (PSScriptAnalyzer: not run, there is no PowerShell here)',
  subjects: ['*.ps1'],
  findFaults: async ({ root, files }) => {
    await Parser.init();
    const parser = new Parser();
    parser.setLanguage(
      await Language.load(findModule('tree-sitter-powershell/tree-sitter-powershell.wasm')),
    );
    return files.flatMap((file) => {
      const text = fs.readFileSync(path.join(root, file), 'utf8');
      const tree = parser.parse(text);
      if (!tree) return [`${file}: the grammar gave no tree.`];
      return [...faultsIn(tree.rootNode), ...foreignLetters(text)].map(
        (fault) => `${file}:${fault}`,
      );
    });
  },
};

/**
 * @param {import('web-tree-sitter').Node} node
 * @returns {string[]}
 */
function faultsIn(node) {
  if (!node.hasError) return [];
  const below = node.children.flatMap((child) => (child ? faultsIn(child) : []));
  if (!node.isError && !node.isMissing) return below;
  const line = node.startPosition.row + 1;
  const words = node.text.trim().split('\n', 1)[0];
  return [`${line}: ${node.isMissing ? `${node.type} is missing` : `cannot be read: ${words}`}`];
}

/**
 * Windows PowerShell 5.1 reads a file without a byte order mark in the code page of the machine.
 * @param {string} text
 */
function foreignLetters(text) {
  return text
    .split('\n')
    .flatMap((line, index) =>
      isAscii(line) ? [] : [`${index + 1}: holds more than ASCII: ${line.trim()}`],
    );
}

/** @param {string} line */
function isAscii(line) {
  return Buffer.byteLength(line) === line.length;
}
