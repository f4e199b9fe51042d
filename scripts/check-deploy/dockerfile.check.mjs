import fs from 'node:fs';
import path from 'node:path';
import { validate } from 'dockerfile-utils';

/** @type {import('#scripts/deploy-checks.mjs').Check} */
export const check = {
  what: 'the Dockerfile, by dockerfile-utils',
  subjects: ['deploy/docker/Dockerfile'],
  findFaults: async ({ root, files }) =>
    files.flatMap((file) => {
      const text = fs.readFileSync(path.join(root, file), 'utf8');
      return validate(text).map(
        ({ message, range }) => `${file}:${range.start.line + 1}: ${message}`,
      );
    }),
};
