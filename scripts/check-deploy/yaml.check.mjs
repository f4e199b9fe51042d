import fs from 'node:fs';
import path from 'node:path';

// What is wrong, not how it is laid out; and truth is spelt as GitHub's `on:` needs it.
const rules = `extends: default
rules:
  braces: {max-spaces-inside: 1}
  comments: {min-spaces-from-content: 1}
  comments-indentation: disable
  document-start: disable
  indentation: {indent-sequences: whatever}
  line-length: disable
  truthy: {check-keys: false}
`;

/** @type {import('#scripts/deploy-checks.mjs').Check} */
export const check = {
  what: 'workflows, rules and manifests, by yamllint',
  needs: [{ file: '/usr/bin/yamllint', package: 'yamllint' }],
  subjects: ['*.yml', '*.yaml'],
  findFaults: async ({ scratch, files, faultsOf }) => {
    const config = path.join(scratch, 'rules.yaml');
    fs.writeFileSync(config, rules);
    // The lock file is pnpm's to lay out.
    const ours = files.filter((file) => path.basename(file) !== 'pnpm-lock.yaml');
    return faultsOf('yamllint', '--strict', '--config-file', config, ...ours);
  },
};
