// The documents as their checks see them: fenced blocks with the comments before them, prose, links, headings.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/**
 * @typedef {object} Block
 * @property {number} line of its opening fence, from 1
 * @property {string} language
 * @property {string} text
 * @property {string[]} marks what the comments on the lines before it say
 */
/**
 * @typedef {object} Page
 * @property {string} name its path from the root
 * @property {string} text
 * @property {string} prose the text without its blocks and comments, line for line
 * @property {Block[]} blocks
 * @property {{ line: number, target: string }[]} links pictures, too
 * @property {Set<string>} anchors
 * @property {{ line: number, text: string }[]} spans inline code
 */

const FENCE = /^(\s*)(`{3,})\s*(\S*)\s*$/;
const COMMENT = /^\s*<!--\s*(.*?)\s*-->\s*$/;

/**
 * Every page that is checked, in the order in which a new reader meets them.
 * @param {string} root
 * @returns {Page[]}
 */
export function readPages(root) {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  });
  const isPage = (/** @type {string} */ name) =>
    /^(README|CONTRIBUTING|SECURITY|bench\/README|docs\/.*)\.md$/.test(name);
  return files
    .split('\n')
    .filter((name) => isPage(name) && fs.existsSync(path.join(root, name)))
    .toSorted((one, other) => rank(one) - rank(other) || one.localeCompare(other))
    .map((name) => readPage(name, fs.readFileSync(path.join(root, name), 'utf8')));
}

/** @param {string} name */
function rank(name) {
  const first = ['README.md', 'docs/api.md'].indexOf(name);
  return first === -1 ? 2 : first;
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {Page}
 */
export function readPage(name, text) {
  const { blocks, prose } = split(text);
  return { name, text, blocks, prose, ...readProse(prose) };
}

/** @param {string} text */
function split(text) {
  /** @type {Block[]} */
  const blocks = [];
  /** @type {string[]} */
  const prose = [];
  /** @type {string[]} */
  let marks = [];
  /** @type {(Block & { indent: string, fence: string, lines: string[] }) | undefined} */
  let open;
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent = '', fence, language = ''] = FENCE.exec(line) ?? [];
    if (open) {
      if (fence === open.fence && language === '') {
        const { lines, indent: _, fence: __, ...block } = open;
        blocks.push({ ...block, text: `${lines.join('\n')}\n` });
        open = undefined;
      } else open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
      prose.push('');
      continue;
    }
    if (fence) {
      open = { line: index + 1, language, text: '', marks, indent, fence, lines: [] };
      marks = [];
      prose.push('');
      continue;
    }
    const comment = COMMENT.exec(line)?.[1];
    if (comment !== undefined) marks.push(comment);
    else if (line.trim() !== '') marks = [];
    prose.push(comment === undefined ? line : '');
  }
  if (open) throw new Error(`The block that begins in line ${open.line} does not end.`);
  return { blocks, prose: prose.join('\n') };
}

/** @param {string} prose */
function readProse(prose) {
  /** @type {Page['links']} */
  const links = [];
  /** @type {Page['spans']} */
  const spans = [];
  /** @type {Set<string>} */
  const anchors = new Set();
  for (const [index, written] of prose.split('\n').entries()) {
    const line = index + 1;
    for (const [, text] of written.matchAll(/`([^`]+)`/g)) spans.push({ line, text });
    const plain = written.replaceAll(/`[^`]*`/g, (code) => '.'.repeat(code.length));
    for (const [, target] of plain.matchAll(/\]\(([^()\s]+)\)/g)) links.push({ line, target });
    for (const [, target] of plain.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g))
      links.push({ line, target });
    const heading = /^#{1,6}\s+(.*)$/.exec(written)?.[1];
    if (heading !== undefined) anchors.add(anchorOf(heading, anchors));
    for (const [, id] of plain.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  }
  return { links, spans, anchors };
}

/**
 * As GitHub makes them.
 * @param {string} heading
 * @param {Set<string>} taken
 */
function anchorOf(heading, taken) {
  const words = heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<[^>]*>/g, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
  let anchor = words;
  for (let again = 1; taken.has(anchor); again += 1) anchor = `${words}-${again}`;
  return anchor;
}
