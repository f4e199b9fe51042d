// What is asked of a fenced block: it says its language, and commands are run by `npm run test:docs` or say why not.

/** What a block of commands may lean on that a clean clone does not have. */
export const needs = /** @type {const} */ ({
  apt: 'Debian’s packages and root',
  root: 'root',
  installed: 'a portal that is installed as services',
});

const LANGUAGES = /^(sh|text|json|js|ts|python|powershell|ini|sql|yaml|nginx|http|csv|diff|html)$/;
const SHELLS = /^(bash|shell|console|zsh|shell-session|terminal)$/;

/**
 * What the comments before a block of commands say.
 * @param {string[]} marks
 */
export function instructions(marks) {
  /** @type {{ notRun?: string, exits: number, needs?: keyof typeof needs, keepsRunning: boolean, savedAs?: string, unknown: string[] }} */
  const said = { exits: 0, keepsRunning: false, unknown: [] };
  for (const mark of marks) {
    const [, key = '', value = ''] = /^([a-z ]+): *(\S.*)$/.exec(mark) ?? [];
    const exits = /^exits (\d+)\b/.exec(mark)?.[1];
    if (exits) said.exits = Number(exits);
    else if (key === 'not run' && value) said.notRun = value;
    else if (key === 'needs' && value in needs)
      said.needs = /** @type {keyof typeof needs} */ (value);
    else if (key === 'saved as' && value) said.savedAs = value;
    else if (mark === 'keeps running') said.keepsRunning = true;
    else said.unknown.push(mark);
  }
  return said;
}

/**
 * @param {import('./pages.mjs').Page} page
 * @returns {string[]}
 */
export function faultyBlocks({ name, blocks }) {
  return blocks.flatMap(({ line, language, text, marks }) => {
    const at = `${name}:${line}`;
    if (language === '') return [`${at}: a block without a language (text, where it is output)`];
    if (SHELLS.test(language)) return [`${at}: ${language} is written sh here`];
    if (!LANGUAGES.test(language)) return [`${at}: ${language} is no language known here`];
    const { unknown, notRun } = instructions(marks);
    const faults = unknown.map((mark) => `${at}: “${mark}” is no instruction that is known`);
    if (language !== 'sh' || notRun) return faults;
    const placeholder = /<[a-z][\w -]*>|…|\.\.\.(?=\s|$)/.exec(text)?.[0];
    return placeholder
      ? [...faults, `${at}: ${placeholder} cannot be run; mark it “not run: reason”`]
      : faults;
  });
}
