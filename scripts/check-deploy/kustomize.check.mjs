import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { faultsBetween } from './objects.mjs';

/** @type {import('#scripts/deploy-checks.mjs').Check} */
export const check = {
  what: 'Kubernetes’ manifests, by kubectl kustomize, the API’s types and each other',
  needs: [{ file: '/usr/bin/kubectl', package: 'kubernetes-client' }],
  subjects: ['deploy/k8s/**/kustomization.yaml'],
  findFaults: async (place) => {
    const manifests = await readable(place);
    const faults = await Promise.all(
      place.files.map(async (file) => {
        const folder = path.dirname(file);
        const found = await findFaults(place, path.join(manifests, folder));
        return found.map((fault) => `${folder}: ${fault}`);
      }),
    );
    return faults.flat();
  },
};

/**
 * Debian 12's kubectl knows a base that is a folder by its older name alone: it is given a copy that says so.
 * @param {import('#scripts/deploy-checks.mjs').Place} place
 */
async function readable({ root, scratch, files, tell }) {
  const { output } = await tell('kubectl', 'version', '--client');
  if (/Kustomize Version: v[5-9]/.test(output)) return root;
  const copy = path.join(scratch, 'older');
  fs.cpSync(path.join(root, 'deploy/k8s'), path.join(copy, 'deploy/k8s'), { recursive: true });
  for (const file of files) {
    const { resources, ...others } = parse(fs.readFileSync(path.join(root, file), 'utf8'));
    const isBase = (/** @type {string} */ each) => !each.endsWith('.yaml');
    const named = {
      ...others,
      bases: resources.filter(isBase),
      resources: resources.filter((/** @type {string} */ each) => !isBase(each)),
    };
    fs.writeFileSync(path.join(copy, file), stringify(named));
  }
  return copy;
}

/**
 * @param {import('#scripts/deploy-checks.mjs').Place} place
 * @param {string} folder
 */
async function findFaults({ root, scratch, tell }, folder) {
  // Its warnings go elsewhere than what it renders.
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0 || stderr !== '') return [`kubectl ended with ${status}: ${stderr.trim()}`];
  const objects = parseAllDocuments(stdout).map((document) => document.toJS());
  if (objects.length === 0) return ['kubectl rendered nothing.'];

  // As literals, so that a field that is not there is a fault and not left out of the comparison.
  const typed = path.join(scratch, `${path.basename(folder)}.ts`);
  const types = path.join(root, 'node_modules/kubernetes-types');
  fs.writeFileSync(typed, objects.map((object) => literal(object, types)).join('\n'));
  const strict = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext'];
  const { code, output } = await tell('tsc', ...strict, '--target', 'esnext', typed);
  return [...(code === 0 ? [] : [output.trim()]), ...faultsBetween(objects)];
}

/**
 * @param {{ apiVersion: string, kind: string }} object
 * @param {string} types
 */
function literal(object, types) {
  const [group = '', version] = object.apiVersion.includes('/')
    ? object.apiVersion.split('/')
    : ['core', object.apiVersion];
  const file = path.join(types, group.split('.', 1)[0] ?? '', `${version}.d.ts`);
  const text = JSON.stringify(object, null, 1);
  return `(${text}) satisfies import(${JSON.stringify(file)}).${object.kind};`;
}
