import fs from 'node:fs';
import path from 'node:path';

/** @type {import('#scripts/deploy-checks.mjs').Check} */
export const check = {
  what: 'the compose file, by the schema of Debian’s docker-compose',
  needs: [{ file: '/usr/bin/docker-compose', package: 'docker-compose' }],
  subjects: ['deploy/docker/compose.yaml', 'deploy/docker/portal.env.example'],
  findFaults: async ({ root, scratch, faultsOf }) => {
    const example = fs.readFileSync(path.join(root, 'deploy/docker/portal.env.example'), 'utf8');
    const env = path.join(scratch, 'portal.env');
    fs.writeFileSync(env, example.replace(/^(\w+(?:PASSWORD|TOKEN))=$/gm, '$1=filled-in'));
    // The project's name is of a later specification than Debian's.
    const file = path.join(scratch, 'compose.yaml');
    const text = fs.readFileSync(path.join(root, 'deploy/docker/compose.yaml'), 'utf8');
    fs.writeFileSync(file, text.replace(/^name: \w+\n/m, ''));
    const given = ['--project-directory', path.join(root, 'deploy/docker'), '--env-file', env];
    return faultsOf('/usr/bin/docker-compose', '--file', file, ...given, 'config', '--quiet');
  },
};
