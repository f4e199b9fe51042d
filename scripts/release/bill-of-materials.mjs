import fs from 'node:fs';
import path from 'node:path';
import { tool } from './stage.mjs';

/** What is in a release: the panel's libraries too, since they are in its files. */
const PROJECTS = ['cmp', '@cmp/api', '@cmp/telegram-bot', '@cmp/shared', '@cmp/web'];

/**
 * CycloneDX 1.6, by pnpm itself, of what its lockfile has for the architecture.
 * @param {string} top
 * @param {string} base
 * @param {import('./commit.mjs').Commit} commit
 * @param {string} file
 */
export async function writeBillOfMaterials(top, base, commit, file) {
  const raw = path.join(base, 'bill-of-materials.json');
  const made = await tool(top, base, [
    'sbom',
    '--sbom-format=cyclonedx',
    '--sbom-spec-version=1.6',
    '--sbom-type=application',
    '--prod',
    ...PROJECTS.flatMap((name) => ['--filter', name]),
    `--out=${raw}`,
  ]);
  if (made.code !== 0) return made;
  const bill = JSON.parse(fs.readFileSync(raw, 'utf8'));
  fs.writeFileSync(file, `${JSON.stringify(ofCommit(bill, commit), null, 2)}\n`);
  return made;
}

/**
 * A random number, the hour of the build and an order by chance would make two builds of one commit two files.
 * @param {any} bill
 * @param {import('./commit.mjs').Commit} commit
 */
function ofCommit(bill, { version, gitSha, committedAt }) {
  const { component } = bill.metadata;
  const purl = `pkg:npm/cmp@${version}`;
  const text = JSON.stringify({
    ...bill,
    components: sortedBy(bill.components, 'bom-ref'),
    dependencies: sortedBy(bill.dependencies, 'ref').map((/** @type {any} */ each) => ({
      ...each,
      dependsOn: each.dependsOn?.toSorted(),
    })),
    serialNumber: `urn:uuid:${uuidOf(gitSha)}`,
    metadata: {
      ...bill.metadata,
      timestamp: committedAt.toISOString(),
      component: { ...component, version },
    },
  });
  return JSON.parse(text.replaceAll(JSON.stringify(component.purl), JSON.stringify(purl)));
}

/**
 * @param {Record<string, string>[]} rows
 * @param {string} key
 */
function sortedBy(rows, key) {
  return rows.toSorted((a, b) => (String(a[key]) < String(b[key]) ? -1 : 1));
}

/** @param {string} gitSha */
function uuidOf(gitSha) {
  const hex = `${gitSha.slice(0, 12)}8${gitSha.slice(13, 16)}8${gitSha.slice(17, 32)}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
